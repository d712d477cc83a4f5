"""Who may do what: permissions are words, roles are sets of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache


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
        return _may(self.roles, self.extra, self.scope, permission)


SYSTEM = Actor(name="system", roles=frozenset({Role.ADMIN}))


@lru_cache(maxsize=4096)
def _may(
    roles: frozenset[str],
    extra: frozenset[str],
    scope: frozenset[str] | None,
    permission: str,
) -> bool:
    granted = frozenset().union(*(GRANTS.get(role, frozenset()) for role in roles))
    return _covers(granted | extra, permission) and (scope is None or _covers(scope, permission))


def _covers(patterns: Iterable[str], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)


def permissions_of(roles: Iterable[str]) -> list[str]:
    """Return the permission patterns these roles grant, sorted."""
    return sorted(frozenset().union(*(GRANTS.get(role, frozenset()) for role in roles)))
