"""Cartridges: where they are, as the libraries say, and what is on them, as the books say."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.drivers.tape import Cartridge, CartridgeKind, ElementKind, Tape
from calypso.models.clock import now
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.media import END_OF_TIME, Encryption, MediaPool, MediaRecord
from calypso.models.running import Known


class Row(InventoryRow):
    """One cartridge; `key` is its barcode, with a number behind it where that is there twice.

    `library`, `element` and `number` None: it is in no library. `state` None: it is not on record;
    all below it is so then. `kept_until` None: for ever if it has a set. Of the rest, None: not
    known, since only a drive could tell.
    """

    barcode: str
    kind: CartridgeKind
    library: str | None
    element: ElementKind | None
    number: int | None
    is_duplicate: bool
    is_write_protected: bool | None
    capacity_bytes: int | None
    used_bytes: int | None
    state: str | None = None
    pool: str | None = None
    vault: str | None = None
    set_id: UUID | None = None
    kept_until: datetime | None = None
    last_write_at: datetime | None = None
    encryption: Encryption | None = None
    read_errors: int | None = None
    write_errors: int | None = None
    reason: str | None = None


@inventory(
    "tape/media",
    driver=Tape,
    row=Row,
    filters=("library", "kind", "barcode", "element", "state", "pool", "vault", "set_id"),
    used_by="tape/media/{key}",
)
def read_media(tape: Tape, known: Known) -> Iterator[Row]:
    """Tape cartridges."""
    cartridges = tape.cartridges()
    books = {one.barcode: one for one in known.media.media()}
    pools = {one.name: one for one in known.media.pools()}
    total, seen = Counter(one.barcode for one in cartridges), Counter[str]()
    for one in cartridges:
        seen[one.barcode] += 1
        again = f"#{seen[one.barcode]}" if seen[one.barcode] > 1 else ""
        record = books.get(one.barcode)
        told = _as_seen(one, is_duplicate=total[one.barcode] > 1) | _on_record(record, pools)
        yield Row(key=f"{one.barcode}{again}", **_with_sizes(told, one, record))
    for record in books.values():
        if record.barcode not in total:
            yield Row(key=record.barcode, **_away(record), **_on_record(record, pools))


def _as_seen(one: Cartridge, *, is_duplicate: bool) -> dict[str, Any]:
    return {
        **one.model_dump(exclude={"place"}),
        "element": one.place.kind,
        "number": one.place.number,
        "is_duplicate": is_duplicate,
    }


def _away(record: MediaRecord) -> dict[str, Any]:
    known = record.model_dump(include={"barcode", "kind", "capacity_bytes", "used_bytes"})
    nowhere = dict.fromkeys(("library", "element", "number", "is_write_protected"))
    return {**known, **nowhere, "is_duplicate": False}


def _on_record(record: MediaRecord | None, pools: dict[str, MediaPool]) -> dict[str, Any]:
    if record is None:
        return {}
    pool = pools.get(record.pool or "")
    kept_until = record.kept_until(pool)
    told = {
        "pool", "vault", "last_write_at", "encryption", "read_errors", "write_errors", "reason",
    }  # fmt: skip
    return {
        **record.model_dump(include=told),
        "state": record.condition(pool, now()),
        "set_id": record.media_set and record.media_set.id,
        "kept_until": None if kept_until == END_OF_TIME else kept_until,
    }


def _with_sizes(told: dict[str, Any], one: Cartridge, record: MediaRecord | None) -> dict[str, Any]:
    """Take the sizes that the books have where the library cannot know them."""
    if record is not None:
        for size in ("capacity_bytes", "used_bytes"):
            if getattr(one, size) is None:
                told[size] = getattr(record, size)
    return told
