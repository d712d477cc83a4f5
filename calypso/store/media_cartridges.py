"""Cartridges. What one may become is decided in `models.bookkeeping`; here it is read and kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.models import bookkeeping
from calypso.models.clock import uuid7
from calypso.models.media import (
    CartridgeKind,
    Encryption,
    MediaPool,
    MediaRecord,
    MediaSet,
    MediaState,
)
from calypso.models.media_refusals import MediumKept, MediumUnknown
from calypso.store.media_asking import NodeAsking, Writing
from calypso.store.media_pools import pool_of

PLAIN = (
    "barcode, kind, pool, state, library, vault, label, capacity_bytes, used_bytes, last_write_at,"
    " read_errors, write_errors, encryption, reason"
)
OF_SET = ("id", "pool", "period", "began_at", "last_write_at", "retention")
MEDIA = f"""
SELECT {", ".join(f"m.{name.strip()}" for name in PLAIN.split(","))},
       {", ".join(f"s.{name} AS set_{name}" for name in OF_SET)}
  FROM calypso.media m LEFT JOIN calypso.media_sets s ON s.id = m.set_id
 WHERE (%s::text IS NULL OR m.node = %s)"""  # noqa: S608 - fixed words
ALL = f"{MEDIA} ORDER BY m.barcode"
ONE = f"{MEDIA} AND m.barcode = %s"
LOCKED = f"{ONE} FOR UPDATE OF m"
ADD = """
INSERT INTO calypso.media (node, barcode, kind, pool, state, library, capacity_bytes)
VALUES (%s, %s, %s, %s, 'scratch', %s, %s) ON CONFLICT (node, barcode) DO NOTHING"""
KEEP = f"""
UPDATE calypso.media SET ({PLAIN}, set_id) = ROW({", ".join(["%s"] * 15)})
 WHERE node = %s AND barcode = %s"""  # noqa: S608 - fixed words
KEEP_SET = """
INSERT INTO calypso.media_sets AS s (node, id, pool, period, began_at, last_write_at, retention)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET last_write_at = greatest(s.last_write_at, excluded.last_write_at)"""
SET = """
SELECT id, pool, period, began_at, last_write_at, retention FROM calypso.media_sets
 WHERE node = %s AND pool = %s AND id = %s"""
REMOVE = "DELETE FROM calypso.media WHERE node = %s AND barcode = %s"
OVERWRITTEN = """
UPDATE calypso.archives SET state = 'overwritten' WHERE state <> 'overwritten' AND no IN
  (SELECT archive_no FROM calypso.archive_parts WHERE node = %s AND barcode = %s)"""


class CartridgeVerbs(NodeAsking):
    """The verbs on cartridges."""

    def media(self) -> list[MediaRecord]:
        """List every cartridge on record, by barcode."""
        return [_record(row) for row in self._rows(ALL, self._node, self._node)]

    def medium(self, barcode: str) -> MediaRecord | None:
        """Return a cartridge; None when it is not on record."""
        row = self._row(ONE, self._node, self._node, barcode)
        return None if row is None else _record(row)

    def assign(
        self,
        barcode: str,
        pool: str | None,
        *,
        kind: CartridgeKind,
        library: str | None,
        capacity_bytes: int | None = None,
    ) -> MediaRecord:
        """Give a cartridge to a pool, or to nobody, as scratch; MediumKept."""
        with self._writing() as books:
            if pool is not None:
                pool_of(books, self._node, pool)
            books.do(ADD, self._node, barcode, kind.value, pool, library, capacity_bytes)
            known = self._known(books, barcode)
            owners = self._owners(books, known)
            assigned = bookkeeping.assigned(known, pool, pools=owners, at=books.at)
            return self._keep(books, known, assigned)

    def give_up(self, barcode: str) -> MediaRecord:
        """Call a cartridge scratch, whatever it holds; MediumUnknown, MediumKept."""
        with self._writing() as books:
            known = self._known(books, barcode)
            return self._keep(books, known, bookkeeping.given_up(known))

    def remove(self, barcode: str) -> None:
        """Take a cartridge that is no more off the record; a missing one is fine."""
        with self._writing() as books:
            books.do(REMOVE, self._node, barcode)
            books.do(OVERWRITTEN, self._node, barcode)

    def begin_medium(
        self,
        barcode: str,
        pool: str,
        *,
        label: UUID,
        set_id: UUID | None = None,
        encryption: Encryption = Encryption.UNKNOWN,
        capacity_bytes: int | None = None,
    ) -> MediaRecord:
        """Note, before a cartridge is written from its start, that it is of a set from now on."""
        with self._writing() as books:
            rules = pool_of(books, self._node, pool)
            known = self._known(books, barcode)
            if known.label == label:
                return known
            begun = bookkeeping.begun(
                known, rules, self._set(books, rules, set_id),
                label=label, encryption=encryption, capacity_bytes=capacity_bytes, at=books.at,
            )  # fmt: skip
            return self._keep(books, known, begun)

    def note(
        self,
        barcode: str,
        *,
        state: MediaState | None = None,
        reason: str | None = None,
        used_bytes: int | None = None,
        capacity_bytes: int | None = None,
        written_at: datetime | None = None,
        read_errors: int | None = None,
        write_errors: int | None = None,
        encryption: Encryption | None = None,
    ) -> MediaRecord:
        """Note what was seen of a cartridge; MediumUnknown, MediumKept."""
        seen = {
            "state": state, "reason": reason, "used_bytes": used_bytes,
            "capacity_bytes": capacity_bytes, "last_write_at": written_at,
            "read_errors": read_errors, "write_errors": write_errors, "encryption": encryption,
        }  # fmt: skip
        with self._writing() as books:
            known = self._known(books, barcode)
            return self._keep(books, known, bookkeeping.noted(known, seen))

    def locate(
        self, barcode: str, *, library: str | None = None, vault: str | None = None
    ) -> MediaRecord:
        """Note where a cartridge is; MediumUnknown."""
        with self._writing() as books:
            known = self._known(books, barcode)
            return self._keep(
                books, known, known.model_copy(update={"library": library, "vault": vault})
            )

    # -- inside a transaction

    def _known(self, books: Writing, barcode: str) -> MediaRecord:
        row = books.row(LOCKED, self._node, self._node, barcode)
        if row is None:
            raise MediumUnknown(f"{barcode} is not on record. Assign it to a pool first.")
        return _record(row)

    def _owners(self, books: Writing, known: MediaRecord) -> dict[str, MediaPool]:
        if known.pool is None:
            return {}
        return {known.pool: pool_of(books, self._node, known.pool)}

    def _set(self, books: Writing, pool: MediaPool, set_id: UUID | None) -> MediaSet:
        if set_id is None:
            return bookkeeping.new_set(uuid7(), pool, books.at)
        row = books.row(SET, self._node, pool.name, set_id)
        if row is None:
            raise MediumKept(f"There is no set {set_id} of pool {pool.name} on record.")
        return MediaSet(**row._asdict())

    def _keep(self, books: Writing, before: MediaRecord, record: MediaRecord) -> MediaRecord:
        if record == before:
            return record
        if (one := record.media_set) is not None:
            books.do(KEEP_SET, self._node, *(getattr(one, name) for name in OF_SET))
        if before.label != record.label:
            books.do(OVERWRITTEN, self._node, record.barcode)
        plain = record.model_dump(mode="python", exclude={"media_set"})
        values = [plain[name.strip()] for name in PLAIN.split(",")]
        books.do(KEEP, *values, one and one.id, self._node, record.barcode)
        return record


def _record(row: Any) -> MediaRecord:
    known = row._asdict()
    of_set = {name: known.pop(f"set_{name}") for name in OF_SET}
    media_set = MediaSet(**of_set) if of_set["id"] else None
    return MediaRecord(**known, media_set=media_set)
