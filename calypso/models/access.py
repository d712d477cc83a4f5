"""Who may do what: permissions are words, roles are sets of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class Role(StrEnum):
    """The built-in roles."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


# Patterns over `<area>:<act>`; `*` matches any word.
GRANTS: dict[str, frozenset[str]] = {
    Role.VIEWER: frozenset({"*:read"}),
    Role.OPERATOR: frozenset(
        {"*:read", "*:operate", "jobs:submit", "jobs:cancel", "schedules:configure"}
    ),
    Role.ADMIN: frozenset({"*:*"}),
}


@dataclass(frozen=True)
class Actor:
    """Who asks: a user, or Calypso itself acting for a schedule or another job."""

    name: str
    roles: frozenset[str] = frozenset()
    scope: frozenset[str] | None = None  # an API token may be narrower than its owner
    user_id: str = ""
    extra: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Tell whether this actor holds `permission`, such as `storage:operate`."""
        granted = frozenset().union(*(GRANTS.get(role, frozenset()) for role in self.roles))
        return _covers(granted | self.extra, permission) and (
            self.scope is None or _covers(self.scope, permission)
        )


SYSTEM = Actor(name="system", roles=frozenset({Role.ADMIN}))


def _covers(patterns: Iterable[str], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)


def permissions_of(roles: Iterable[str]) -> list[str]:
    """Return the permission patterns these roles grant, sorted."""
    return sorted(frozenset().union(*(GRANTS.get(role, frozenset()) for role in roles)))
