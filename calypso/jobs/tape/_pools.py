"""Media pools and cartridges on record: how jobs name them, and what is locked meanwhile."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from calypso.jobs.tape._cartridges import MEDIA, media_lock
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import Barcode

POOLS = "tape/pools"
MOST_CARTRIDGES = 1000  # of one job

Cartridges = Annotated[
    tuple[Barcode, ...],
    Field(max_length=MOST_CARTRIDGES, json_schema_extra={"x-choices": MEDIA}),
]


def pool_lock(pool: str) -> Lock:
    """Lock a media pool and all that is on its cartridges: one job writes to it at a time."""
    return exclusive("tape", "pool", pool)


def rules_lock(pool: str) -> Lock:
    """Lock the rules of a media pool, which may change while a job writes to it for hours."""
    return exclusive("tape", "pool-rules", pool)


def pool_kept(pool: str) -> Lock:
    """Let a media pool stay, with its rules, while others may write to its cartridges."""
    return present("tape", "pool-rules", pool)


def media_locks(cartridges: Sequence[str]) -> list[Lock]:
    """Lock cartridges wherever they are."""
    return [lock for one in dict.fromkeys(cartridges) for lock in media_lock(one)]


def several(cartridges: Sequence[str]) -> str:
    """Name cartridges in few words: the first, and how many more."""
    more = len(cartridges) - 1
    return f"{cartridges[0]} and {more} more" if more > 0 else "".join(cartridges)
