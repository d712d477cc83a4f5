"""Cartridges, the pools they belong to and the sets they are written in. Pure: `at` is the clock.

A set is what belongs together: it begins with a cartridge that is written from its start, and it
ends with its last write. It is kept for the retention of its pool from then on; all cartridges of
a set expire at once, never before.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from calypso.models.names import Barcode, LibraryName
from calypso.models.retention import Duration
from calypso.models.slots import zone

MediaPoolName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64),
    Field(examples=["weekly"]),
]
VaultName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.,-]*$", max_length=64),
    Field(examples=["bank-safe"]),
]
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class CartridgeKind(StrEnum):
    """What a cartridge is for."""

    DATA = "data"
    WORM = "worm"  # what is written stays; more can be added behind it
    CLEANING = "cleaning"


class Allocation(StrEnum):
    """When a pool begins a new set."""

    APPEND = "append"  # when nothing was written for as long as sets are kept
    DAILY = "daily"
    WEEKLY = "weekly"  # ISO weeks


class Encryption(StrEnum):
    """Whether what is on a cartridge is encrypted by the drive."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class MediaState(StrEnum):
    """What is on a cartridge, as far as Calypso has it on record. Expired is a matter of time."""

    SCRATCH = "scratch"  # nothing that anybody wants
    OPEN = "open"  # of a set, with room for more
    FULL = "full"
    FOREIGN = "foreign"  # written by another system, or not what the books say it is
    DAMAGED = "damaged"


class Noun(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PoolRules(Noun):
    """How the cartridges of a pool are used.

    All of it may be changed later. A longer retention holds for what is written already, a shorter
    one only for sets that begin from then on.
    """

    allocation: Allocation = Field(
        default=Allocation.APPEND, description="When a new set of cartridges begins."
    )
    retention: Duration | None = Field(
        default=None, description="How long a set is kept after its last write; empty: for ever."
    )
    library: LibraryName | None = Field(
        default=None, description="Only cartridges that lie in this library; any when empty."
    )
    encryption: Encryption = Field(
        default=Encryption.UNKNOWN,
        description="on: written only by drives that encrypt; off: only by drives that do not.",
    )
    is_worm: bool = Field(
        default=False, description="Only cartridges that are written once, instead of none of them."
    )
    time_zone: str = Field(
        default="UTC", description="IANA time zone in which days and weeks begin."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        zone(name)
        return name

    def period(self, at: datetime) -> str:
        """Return the day or week that a set begun now is of; empty where a set has no period."""
        local = at.astimezone(zone(self.time_zone))
        return local.strftime(_PERIODS[self.allocation])


class MediaPool(PoolRules):
    """Cartridges of one purpose, and the rules they are used by."""

    name: MediaPoolName = Field(description="Name of the pool.")


_PERIODS = {Allocation.APPEND: "", Allocation.DAILY: "%Y-%m-%d", Allocation.WEEKLY: "%G-W%V"}


class MediaSet(Noun):
    """Cartridges that were written one after the other. `retention` is what was promised then."""

    id: UUID
    pool: MediaPoolName
    period: str = ""
    began_at: datetime
    last_write_at: datetime | None = None
    retention: timedelta | None = None

    def expires_at(self, pool: MediaPool) -> datetime:
        """Return when what is on it may be given up; END_OF_TIME: never."""
        if self.retention is None or pool.retention is None:
            return END_OF_TIME
        kept = max(self.retention, pool.retention)
        ended = self.last_write_at or self.began_at
        return ended + kept if kept < END_OF_TIME - ended else END_OF_TIME

    def is_current(self, pool: MediaPool, at: datetime) -> bool:
        """Tell whether the pool would go on writing in this set."""
        return self.period == pool.period(at) and at < self.expires_at(pool)


class MediaRecord(Noun):
    """A cartridge as Calypso has it on record.

    `pool` None: nobody's; as scratch, any pool may take it. It lies in `library`, or, if that is
    None, in `vault`, or nobody knows where. `label` is the id written at the start of the tape.
    """

    barcode: Barcode
    kind: CartridgeKind = CartridgeKind.DATA
    pool: MediaPoolName | None = None
    media_set: MediaSet | None = None
    state: MediaState = MediaState.SCRATCH
    library: str | None = None
    vault: VaultName | None = None
    label: UUID | None = None
    capacity_bytes: int | None = None
    used_bytes: int = 0
    last_write_at: datetime | None = None
    read_errors: int = 0
    write_errors: int = 0
    encryption: Encryption = Encryption.UNKNOWN
    reason: str | None = None  # why it is foreign or damaged

    @property
    def is_written(self) -> bool:
        """True when a set is on it."""
        return self.state in (MediaState.OPEN, MediaState.FULL)

    @property
    def is_spent(self) -> bool:
        """True when it was written and cannot be written from its start again."""
        return self.kind is CartridgeKind.WORM and self.label is not None

    def kept_until(self, pool: MediaPool | None) -> datetime | None:
        """Return until when its set is kept; None when there is nothing on it to keep.

        Of a pool that is not known, for ever.
        """
        if self.media_set is None:
            return END_OF_TIME if self.is_written else None
        return END_OF_TIME if pool is None else self.media_set.expires_at(pool)

    def condition(self, pool: MediaPool | None, at: datetime) -> str:
        """Return one word for people: its state, or `expired`, or `cleaning`."""
        if self.kind is CartridgeKind.CLEANING:
            return self.kind.value
        kept_until = self.kept_until(pool)
        if self.is_written and kept_until is not None and kept_until <= at:
            return "expired"
        return self.state.value


def until_when(instant: datetime) -> str:
    """Return the end of a time to be kept, in words."""
    return "for ever" if instant == END_OF_TIME else f"until {instant:%Y-%m-%d %H:%M} UTC"
