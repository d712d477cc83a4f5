"""API tokens, of which only hashes are kept, and sessions that were signed out early."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.errors import NotFound
from calypso.models.account import ApiToken, User
from calypso.models.clock import uuid7
from calypso.store.asking import Asking
from calypso.store.sessions import user_in

PREFIX = "cal_"  # lets people and scanners of leaked code recognise one
COLUMNS = "id, user_id, name, permissions, created_at, expires_at, used_at"
ADD = f"""
INSERT INTO calypso.api_tokens (id, user_id, name, digest, permissions, expires_at)
VALUES (%s, %s, %s, %s, %s::text[], %s) RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
OWNER = """
SELECT u.id, u.name, u.roles, u.disabled, u.created_at, u.signed_in_at,
       t.id AS token_id, t.permissions,
       t.used_at IS NULL OR t.used_at < now() - interval '1 minute' AS to_note
  FROM calypso.api_tokens t JOIN calypso.users u ON u.id = t.user_id
 WHERE t.digest = %s AND t.expires_at > now() AND NOT u.disabled"""
REVOKE = """
INSERT INTO calypso.revoked (id, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"""


class Tokens(Asking):
    """The verbs on API tokens and signed-out sessions."""

    def add_token(
        self, user_id: UUID, name: str, permissions: Iterable[str], expires_at: datetime
    ) -> tuple[ApiToken, str]:
        """Return (token, its text); the text is shown this once and kept nowhere."""
        text = PREFIX + secrets.token_urlsafe(32)
        row = self._row(
            ADD, uuid7(), user_id, name, digest(text), sorted(set(permissions)), expires_at
        )
        return _token(row), text

    def tokens_of(self, user_id: UUID) -> list[ApiToken]:
        """Return a user's tokens, expired ones included, newest first."""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM calypso.api_tokens WHERE user_id = %s ORDER BY id DESC",  # noqa: S608 - fixed words
            user_id,
        )
        return [_token(row) for row in rows]

    def remove_token(self, token_id: UUID, *, user_id: UUID | None) -> None:
        """Remove a token, of this user only when one is given; NotFound."""
        gone = self._row(
            "DELETE FROM calypso.api_tokens WHERE id = %s AND (%s::uuid IS NULL OR user_id = %s)"
            " RETURNING id",
            token_id, user_id, user_id,
        )  # fmt: skip
        if gone is None:
            raise NotFound(f"There is no token {token_id}.")

    def user_of_token(self, text: str) -> tuple[User, frozenset[str]] | None:
        """Return (owner, permissions) of a token that is good now, or None; notes its use."""
        row = self._row(OWNER, digest(text))
        if row is None:
            return None
        if row.to_note:
            self._do("UPDATE calypso.api_tokens SET used_at = now() WHERE id = %s", row.token_id)
        return user_in(row), frozenset(row.permissions)

    def revoke(self, ids: Iterable[str], until: datetime) -> None:
        """Refuse these ids of tokens or sessions until they would have expired anyway."""
        self._do("DELETE FROM calypso.revoked WHERE expires_at < now()")
        for one in ids:
            self._do(REVOKE, one, until)


def digest(text: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        permissions=list(row.permissions),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
