"""Users, API tokens and secrets as people see them: never a hash, never a value."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from calypso.models.access import Actor


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class User(_Value):
    """Somebody who may sign in."""

    id: UUID
    name: str
    roles: list[str]
    disabled: bool = False
    created_at: datetime
    signed_in_at: datetime | None = None

    def actor(self, permissions: frozenset[str] | None = None) -> Actor:
        """Return this user as one who asks; with `permissions`, no further than those."""
        return Actor(
            name=self.name,
            roles=frozenset(self.roles),
            scope=permissions,
            user_id=str(self.id),
        )


class ApiToken(_Value):
    """A token for programs: acts for its user within `permissions` until it expires."""

    id: UUID
    user_id: UUID
    name: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SecretInfo(_Value):
    """What may be said about a secret."""

    name: str
    kind: str
    created_at: datetime
    updated_at: datetime
    updated_by: str
    used_at: datetime | None = None
