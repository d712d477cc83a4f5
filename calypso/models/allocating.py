"""Which cartridge a pool writes to next. Pure: the books, what the libraries hold, the clock."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from calypso.models.media import (
    CartridgeKind,
    Encryption,
    MediaPool,
    MediaRecord,
    MediaSet,
    MediaState,
    until_when,
)
from calypso.models.media_refusals import NoMediaFits


class SeenCartridge(Protocol):
    """A cartridge that lies in a library now, as a driver tells of it."""

    @property
    def barcode(self) -> str:
        """Its label."""

    @property
    def kind(self) -> str:
        """data, worm or cleaning."""

    @property
    def library(self) -> str:
        """The library that holds it."""

    @property
    def is_write_protected(self) -> bool | None:
        """None: only a drive could tell."""


class Use(StrEnum):
    """How a cartridge is written."""

    APPEND = "append"  # behind all that is on it
    START = "start"  # from its start: label it, and what was on it is gone


@dataclass(frozen=True)
class Chosen:
    """The cartridge to write to. `set_id`: its set, or the set it is to join; None: a new one."""

    barcode: str
    library: str
    use: Use
    set_id: UUID | None


def allocate(
    pool: MediaPool,
    media: Iterable[MediaRecord],
    seen: Sequence[SeenCartridge],
    at: datetime,
    *,
    continuing: UUID | None = None,
    but: Collection[str] = (),
) -> Chosen:
    """Return the cartridge that a pool writes to next; NoMediaFits says what would help.

    First one to append to, then a scratch one of the pool, then one of nobody's, then the one that
    expired first. `media`: all on record, whatever their pool. `continuing`: the set of an archive
    that began on another cartridge and goes on here. `but`: barcodes that are not to be taken.
    """
    books = {one.barcode: one for one in media}
    current = continuing or _current(pool, books.values(), at)
    times = Counter(one.barcode for one in seen)
    fits: list[tuple[tuple[float, ...], Chosen]] = []
    reasons: dict[str, str] = {}
    for one in sorted(seen, key=lambda cartridge: cartridge.barcode):
        record = books.get(one.barcode)
        why = _as_seen(pool, one, times[one.barcode], but)
        verdict = why or standing(pool, record, current, at)
        if record is None or not isinstance(verdict, Use):
            reasons[one.barcode] = str(verdict)
            continue
        chosen = Chosen(one.barcode, one.library, verdict, current)
        fits.append((_rank(pool, record, verdict), chosen))
    if not fits:
        raise NoMediaFits(_way_out(pool, reasons), reasons=reasons)
    return min(fits, key=lambda fit: (fit[0], fit[1].barcode))[1]


def standing(
    pool: MediaPool, record: MediaRecord | None, current: UUID | None, at: datetime
) -> Use | str:
    """Return how the books allow a cartridge to be written for a pool, or why they do not.

    `current` is the set that the pool writes in; None: it is about to begin a new one.
    """
    if record is None:
        return "is not on record; label it, or assign it to the pool"
    why = _unfit(record) or _misplaced(pool, record)
    if why is not None:
        return why
    if record.state is MediaState.SCRATCH:
        return "was written, and is written once" if record.is_spent else Use.START
    return _written(pool, record, current, at)


def current_set(pool: MediaPool, sets: Iterable[MediaSet], at: datetime) -> MediaSet | None:
    """Return the set that a pool goes on writing in, or None when a new one is due."""
    going_on = [one for one in sets if one.pool == pool.name and one.is_current(pool, at)]
    return max(going_on, key=lambda one: (one.began_at, one.id), default=None)


def _current(pool: MediaPool, media: Iterable[MediaRecord], at: datetime) -> UUID | None:
    found = current_set(pool, [one.media_set for one in media if one.media_set], at)
    return None if found is None else found.id


def _as_seen(pool: MediaPool, one: SeenCartridge, times: int, but: Collection[str]) -> str | None:
    """Say why a cartridge cannot be written as it lies there; None: it can."""
    reasons: Mapping[str, bool] = {
        "its barcode is there twice, so which one is meant cannot be known": times > 1,
        "is a cleaning cartridge": one.kind == CartridgeKind.CLEANING,
        "is in use, or was tried before": one.barcode in but,
        f"lies in library {one.library}, not in {pool.library}": (
            pool.library not in (None, one.library)
        ),
        "is write-protected by its tab": one.is_write_protected is True,
        "is written once, and the pool takes no such cartridges": (
            one.kind == CartridgeKind.WORM and not pool.is_worm
        ),
    }
    return next((why for why, holds in reasons.items() if holds), None)


def _unfit(record: MediaRecord) -> str | None:
    if record.kind is CartridgeKind.CLEANING:
        return "is a cleaning cartridge"
    if record.vault is not None:
        return f"is in vault {record.vault}, as the books say; return it first"
    if record.state in (MediaState.FOREIGN, MediaState.DAMAGED):
        return f"is {record.state.value}" + (f": {record.reason}" if record.reason else "")
    return None


def _misplaced(pool: MediaPool, record: MediaRecord) -> str | None:
    if record.pool is None and record.state is not MediaState.SCRATCH:
        return "holds something, and belongs to no pool"
    if record.pool not in (None, pool.name):
        return f"belongs to pool {record.pool}"
    if pool.is_worm != (record.kind is CartridgeKind.WORM):
        return "can be written over" if pool.is_worm else "is written once"
    return None


def _written(pool: MediaPool, record: MediaRecord, current: UUID | None, at: datetime) -> Use | str:
    """Judge a cartridge with a set on it."""
    if record.media_set is None:
        return "has something on it whose set is not on record"
    if record.media_set.id == current:
        return _of_current(pool, record)
    expires_at = record.media_set.expires_at(pool)
    if at < expires_at:
        return f"is of an earlier set, kept {until_when(expires_at)}"
    if record.kind is CartridgeKind.WORM:
        return "has expired, but is written once"
    return Use.START


def _of_current(pool: MediaPool, record: MediaRecord) -> Use | str:
    if record.state is MediaState.FULL:
        return "is full"
    both = {pool.encryption, record.encryption}
    if both == {Encryption.ON, Encryption.OFF}:
        return f"has encryption {record.encryption.value}, the pool wants {pool.encryption.value}"
    return Use.APPEND


def _rank(pool: MediaPool, record: MediaRecord, use: Use) -> tuple[float, ...]:
    if use is Use.APPEND:
        written = record.last_write_at.timestamp() if record.last_write_at else 0.0
        return (0, -written)
    if record.state is MediaState.SCRATCH:
        return (1, 0.0 if record.pool == pool.name else 1.0)
    kept_until = record.kept_until(pool)
    return (2, kept_until.timestamp() if kept_until else 0.0)


def _way_out(pool: MediaPool, reasons: Mapping[str, str]) -> str:
    kind = "scratch WORM cartridge" if pool.is_worm else "scratch cartridge"
    where = f" of library {pool.library}" if pool.library else ""
    look = " Of those there:" if reasons else " There is no cartridge in any library."
    return (
        f"No cartridge can be written for pool {pool.name} now."
        f" Insert a {kind}{where} and assign it to pool {pool.name}.{look}"
    )
