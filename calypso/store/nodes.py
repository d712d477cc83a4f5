"""Tokens with which machines join as nodes: shown once, good once, kept as hashes."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.errors import NotFound
from calypso.models.clock import uuid7
from calypso.models.node import PREFIX, NodeToken
from calypso.store.asking import Asking
from calypso.store.tokens import digest

COLUMNS = "id, node, created_by, created_at, expires_at, used_at, used_from"
# Of two at once the later one counts, as if they had come one after the other.
ADD = f"""
INSERT INTO calypso.node_tokens (id, node, digest, created_by, expires_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (node) WHERE used_at IS NULL DO UPDATE SET id = excluded.id,
  digest = excluded.digest, created_by = excluded.created_by, created_at = now(),
  expires_at = excluded.expires_at
RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
GOOD = "digest = %s AND node = %s AND used_at IS NULL AND expires_at > now()"
USE = f"""
UPDATE calypso.node_tokens SET used_at = now(), used_from = %s
 WHERE {GOOD}
RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
SPOIL = "DELETE FROM calypso.node_tokens WHERE digest = %s AND used_at IS NULL"
SERVED = """
SELECT EXISTS (SELECT 1 FROM calypso.workers
                WHERE node = %s AND seen_at > now() - %s * interval '1 second')"""


class Nodes(Asking):
    """All verbs on nodes that join."""

    def add_token(self, node: str, *, by: str, expires_at: datetime) -> tuple[NodeToken, str]:
        """Return (token, its text); the text is shown this once. An open one of the node goes."""
        text = PREFIX + secrets.token_urlsafe(32)
        row = self._row(ADD, uuid7(), node, digest(text), by, expires_at)
        return _token(row), text

    def tokens(self) -> list[NodeToken]:
        """Return every token, used and expired ones included, newest first."""
        rows = self._rows(f"SELECT {COLUMNS} FROM calypso.node_tokens ORDER BY id DESC")  # noqa: S608 - fixed words
        return [_token(row) for row in rows]

    def remove_token(self, token_id: UUID) -> None:
        """Remove a token, so that nobody can join with it any more; NotFound."""
        if not self._count("DELETE FROM calypso.node_tokens WHERE id = %s", token_id):
            raise NotFound(f"There is no token {token_id}.")

    def is_good(self, text: str, *, node: str) -> bool:
        """Tell whether a token would let a node join now."""
        statement = f"SELECT EXISTS (SELECT 1 FROM calypso.node_tokens WHERE {GOOD})"  # noqa: S608 - fixed words
        return bool(self._value(statement, digest(text), node))

    def use_token(self, text: str, *, node: str, address: str) -> NodeToken | None:
        """Return the token and make it useless; None when it is not good now, or of another node.

        Of many who use it at the same time one gets it.
        """
        row = self._row(USE, address, digest(text), node)
        return None if row is None else _token(row)

    def spoil_token(self, text: str) -> None:
        """Make a token useless that somebody may have overheard."""
        self._do(SPOIL, digest(text))

    def is_served(self, node: str, *, within_s: float) -> bool:
        """Tell whether a worker of this node was seen so lately that it is there."""
        return bool(self._value(SERVED, node, within_s))


def _token(row: Any) -> NodeToken:
    return NodeToken(
        id=row.id,
        node=row.node,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_from=row.used_from,
    )
