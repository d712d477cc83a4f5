"""Media pools and sets."""

from typing import Any

from calypso.models.bookkeeping import still_used
from calypso.models.media import MediaPool, MediaSet
from calypso.models.media_refusals import MediaPoolExists, MediaPoolInUse, MediaPoolMissing
from calypso.store.asking import as_json
from calypso.store.media_asking import NodeAsking, Writing

OF_NODE = "(%s::text IS NULL OR node = %s)"
POOLS = f"SELECT rules FROM calypso.media_pools WHERE {OF_NODE} ORDER BY name"  # noqa: S608 - fixed words
POOL = f"SELECT rules FROM calypso.media_pools WHERE {OF_NODE} AND name = %s"  # noqa: S608 - fixed words
SETS = f"""
SELECT id, pool, period, began_at, last_write_at, retention FROM calypso.media_sets s
 WHERE {OF_NODE} AND pool = %s AND EXISTS (SELECT 1 FROM calypso.media m WHERE m.set_id = s.id)
 ORDER BY began_at, id"""  # noqa: S608 - fixed words
CREATE = """
INSERT INTO calypso.media_pools (node, name, rules) VALUES (%s, %s, %s::jsonb)
ON CONFLICT (node, name) DO NOTHING"""
CHANGE = "UPDATE calypso.media_pools SET rules = %s::jsonb WHERE node = %s AND name = %s"
# Who gives a cartridge to the pool waits for this, and then finds that there is no such pool.
LOCK = "SELECT 1 FROM calypso.media_pools WHERE node = %s AND name = %s FOR UPDATE"
MEMBERS = "SELECT barcode FROM calypso.media WHERE node = %s AND pool = %s ORDER BY barcode"
DELETE = "DELETE FROM calypso.media_pools WHERE node = %s AND name = %s"


class PoolVerbs(NodeAsking):
    """The verbs on pools and sets."""

    def pools(self) -> list[MediaPool]:
        """List the media pools, by name."""
        return [_pool(row) for row in self._rows(POOLS, self._node, self._node)]

    def pool(self, name: str) -> MediaPool:
        """Return a media pool; MediaPoolMissing."""
        return found(self._row(POOL, self._node, self._node, name), name)

    def sets(self, pool: str) -> list[MediaSet]:
        """List the sets of a pool that are on some cartridge still, the oldest first."""
        rows = self._rows(SETS, self._node, self._node, pool)
        return [MediaSet(**row._asdict()) for row in rows]

    def create_pool(self, pool: MediaPool) -> None:
        """Add a pool; the same again is fine. MediaPoolExists when it differs."""
        with self._writing() as books:
            books.do(CREATE, self._node, pool.name, _rules(pool))
            if pool_of(books, self._node, pool.name) != pool:
                raise MediaPoolExists(
                    f"There is a media pool {pool.name} already, with other rules."
                )

    def change_pool(self, pool: MediaPool) -> None:
        """Replace what is said about a pool; MediaPoolMissing."""
        with self._writing() as books:
            pool_of(books, self._node, pool.name)
            books.do(CHANGE, _rules(pool), self._node, pool.name)

    def delete_pool(self, name: str) -> None:
        """Remove a pool; MediaPoolInUse while cartridges belong to it. A missing one is fine."""
        with self._writing() as books:
            books.do(LOCK, self._node, name)
            if members := books.rows(MEMBERS, self._node, name):
                raise MediaPoolInUse(still_used(name, [row.barcode for row in members]))
            books.do(DELETE, self._node, name)


def pool_of(books: Writing, node: str | None, name: str) -> MediaPool:
    """Return a pool that stays until the transaction ends; MediaPoolMissing."""
    return found(books.row(f"{POOL} FOR KEY SHARE", node, node, name), name)


def found(row: Any, name: str) -> MediaPool:
    """Return the pool of a row; MediaPoolMissing when there is none."""
    if row is None:
        raise MediaPoolMissing(f"There is no media pool {name}.")
    return _pool(row)


def _pool(row: Any) -> MediaPool:
    return MediaPool.model_validate(row.rules)


def _rules(pool: MediaPool) -> str | None:
    return as_json(pool.model_dump(mode="json"))
