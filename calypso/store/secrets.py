"""Secrets, encrypted at rest; satisfies `engine.ports.SecretStore`.

AES-256-GCM with the secret's name as associated data, so that a row cannot be passed off as
another. The key comes from the settings; its id stands beside each secret.
"""

import base64
import binascii
import hashlib
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import Engine

from calypso.errors import FieldError, InUse, Invalid, Misconfigured, NotFound
from calypso.models.account import SecretInfo
from calypso.store.asking import Asking

KEY_BYTES = 32
NONCE_BYTES = 12
NAME = re.compile(r"[a-z0-9][a-z0-9._/-]{0,99}")
COLUMNS = "name, kind, created_at, updated_at, updated_by, used_at"
PUT = f"""
INSERT INTO calypso.secrets (name, kind, key_id, sealed, updated_by) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, key_id = excluded.key_id,
  sealed = excluded.sealed, updated_by = excluded.updated_by, updated_at = now()
RETURNING {COLUMNS}, xmax = 0 AS created"""  # noqa: S608 - fixed words
REVEAL = """
UPDATE calypso.secrets SET used_at = now() WHERE name = %s RETURNING key_id, sealed"""
# One statement, so that no job can come between the look and the removal.
REMOVE = """
WITH holder AS (
  SELECT id FROM calypso.jobs WHERE state IN ('waiting', 'queued', 'running')
     AND jsonb_path_exists(params, 'strict $.** ? (@.secret == $name || @.password == $name)',
                           jsonb_build_object('name', %s::text), true) LIMIT 1),
config AS (
  SELECT node FROM calypso.backup_configs c
   WHERE version = (SELECT max(version) FROM calypso.backup_configs o WHERE o.node = c.node)
     AND jsonb_path_exists(config, 'strict $.**.password ? (@ == $name)',
                           jsonb_build_object('name', %s::text), true) LIMIT 1),
channel AS (SELECT name FROM calypso.alert_channels WHERE secret = %s LIMIT 1),
schedule AS (
  SELECT name FROM calypso.schedules
   WHERE jsonb_path_exists(spec, 'strict $.params.**.secret ? (@ == $name)',
                           jsonb_build_object('name', %s::text), true) LIMIT 1),
gone AS (DELETE FROM calypso.secrets WHERE name = %s AND NOT EXISTS (SELECT 1 FROM holder)
            AND NOT EXISTS (SELECT 1 FROM config) AND NOT EXISTS (SELECT 1 FROM channel)
            AND NOT EXISTS (SELECT 1 FROM schedule)
         RETURNING name)
SELECT (SELECT id FROM holder) AS holder, (SELECT name FROM channel) AS channel,
       (SELECT name FROM schedule) AS schedule, (SELECT node FROM config) AS config,
       (SELECT name FROM gone) AS gone,
       EXISTS (SELECT 1 FROM calypso.secrets WHERE name = %s) AS was_there"""


class Secrets(Asking):
    """All verbs on secrets. Misconfigured when the settings have no key for them."""

    def __init__(self, engine: Engine, key_text: str) -> None:
        super().__init__(engine)
        self._key_text = key_text

    def listed(self) -> list[SecretInfo]:
        """Return every secret's name and dates, by name; never a value."""
        rows = self._rows(f"SELECT {COLUMNS} FROM calypso.secrets ORDER BY name")  # noqa: S608 - fixed words
        return [_info(row) for row in rows]

    def put(self, name: str, *, kind: str, value: str, by: str) -> tuple[SecretInfo, bool]:
        """Store a secret or replace its value; returns (what may be said, whether it is new)."""
        if not NAME.fullmatch(name):
            message = "1 to 100 of a-z, 0-9 and ._/-; starts with a letter or digit"
            raise Invalid("A secret cannot have this name.", [FieldError("/name", "name", message)])
        key = self._key()
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, value.encode(), name.encode())
        row = self._row(PUT, name, kind, key_id(key), sealed, by)
        return _info(row), bool(row.created)

    def remove(self, name: str) -> None:
        """Remove a secret; NotFound.

        InUse while a job, a schedule, a channel or a backup configuration needs it.
        """
        try:
            row = self._row(REMOVE, *[name] * REMOVE.count("%s"))
        except ForeignKeyViolation as held:  # by a channel that came between look and removal
            raise InUse(f"An alert channel uses the secret {name}.") from held
        if row.gone is not None:
            return
        if not row.was_there:
            raise NotFound(f"There is no secret {name}.")
        raise _in_use(name, row)

    def reveal(self, name: str) -> str:
        """Return a secret's value and note its use; NotFound."""
        row = self._row(REVEAL, name)
        if row is None:
            raise NotFound(f"There is no secret {name}. Store it first: PUT /secrets/{name}.")
        key = self._key()
        sealed = bytes(row.sealed)
        try:
            opened = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
        except InvalidTag as wrong:
            raise Misconfigured(_why_closed(name, row.key_id, key)) from wrong
        return opened.decode()

    def _key(self) -> bytes:
        try:
            text = self._key_text.strip().replace("-", "+").replace("_", "/")
            key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise Misconfigured(
                "CALYPSO_SECRETS_KEY must be 32 random bytes in base64, for example from: "
                "openssl rand -base64 32"
            )
        return key


def key_id(key: bytes) -> str:
    """Return a name for a key that tells nothing about it."""
    return hashlib.sha256(b"calypso secrets key id" + key).hexdigest()[:16]


def _in_use(name: str, by: Any) -> InUse:
    if by.config is not None:
        return InUse(
            f"The backup configuration of {by.config} uses the secret {name}. Give the client or "
            "the storage another one first: backup.config_apply."
        )
    for what, who in (("alert channel", by.channel), ("schedule", by.schedule)):
        if who is not None:
            return InUse(
                f"The {what} {who!r} uses the secret {name}. Change or remove the {what} first."
            )
    return InUse(
        f"Job {by.holder} is unfinished and uses the secret {name}. Cancel it, or wait.",
        holder_job=str(by.holder),
    )


def _why_closed(name: str, stored: str, key: bytes) -> str:
    if stored != key_id(key):
        return f"The secret {name} was encrypted with another CALYPSO_SECRETS_KEY ({stored})."
    return f"The secret {name} was changed outside Calypso and cannot be opened. Store it anew."


def _info(row: Any) -> SecretInfo:
    return SecretInfo(
        name=row.name,
        kind=row.kind,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        used_at=row.used_at,
    )
