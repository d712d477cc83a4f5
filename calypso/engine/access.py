"""The one place where it is decided whether somebody may do something with a job."""

from collections.abc import Mapping

from calypso.errors import Forbidden, UnknownJobType
from calypso.models.access import Actor
from calypso.models.jobtype import JobType


def require(actor: Actor, permission: str) -> None:
    """Raise Forbidden unless the actor holds the permission."""
    if not actor.may(permission):
        raise Forbidden(
            f"{actor.name} lacks the permission {permission}. An administrator can grant a role "
            "that has it."
        )


def may_read(actor: Actor, subsystem: str) -> bool:
    """Tell whether the actor may look at jobs of a subsystem."""
    return actor.may("jobs:read") or actor.may(f"{subsystem}:read")


def find_type(types: Mapping[str, JobType], name: str) -> JobType:
    """Return a job type that people may use, or raise UnknownJobType."""
    found = types.get(name)
    if found is None or found.control:
        raise UnknownJobType(f"There is no job type {name[:100]!r}. GET /job-types lists them.")
    return found
