"""Media pools: their rules, and how much room there is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from calypso.drivers.tape import Tape
from calypso.models.allocating import current_set
from calypso.models.clock import now
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.media import END_OF_TIME, MediaPool, MediaRecord
from calypso.models.running import Known

COUNTED = ("scratch", "open", "full", "expired", "foreign", "damaged")


class Row(InventoryRow, MediaPool):
    """One media pool; `key` is its name.

    `set_id`: the set it goes on writing in; None: the next write begins one. `next_expiry_at`: when
    the first of what is kept expires; None: nothing ever does. Bytes are of what has a set.
    """

    cartridges: int
    scratch: int
    open: int
    full: int
    expired: int
    foreign: int
    damaged: int
    in_vaults: int
    used_bytes: int
    set_id: UUID | None
    next_expiry_at: datetime | None


@inventory("tape/pools", driver=Tape, row=Row)
def read_pools(_tape: Tape, known: Known) -> Iterator[Row]:
    """Media pools."""
    books = known.media
    media = books.media()
    for pool in books.pools():
        current = current_set(pool, books.sets(pool.name), now())
        mine = [one for one in media if one.pool == pool.name]
        yield _row(pool, mine, None if current is None else current.id)


def _row(pool: MediaPool, media: Sequence[MediaRecord], set_id: UUID | None) -> Row:
    at = now()
    states = Counter(one.condition(pool, at) for one in media)
    ends = [end for one in media if (end := one.kept_until(pool)) and at < end < END_OF_TIME]
    return Row(
        key=pool.name,
        **pool.model_dump(),
        **{state: states[state] for state in COUNTED},
        cartridges=len(media),
        in_vaults=sum(one.vault is not None for one in media),
        used_bytes=sum(one.used_bytes for one in media),
        set_id=set_id,
        next_expiry_at=min(ends, default=None),
    )
