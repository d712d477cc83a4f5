"""On which node a job runs: the one there is, unless somebody says which."""

from collections.abc import Sequence

from calypso.engine.ports import Ports
from calypso.errors import FieldError, Invalid, SubsystemUnavailable
from calypso.models.inventory import SubsystemStatus

LATELY_S = 1.0  # a node that could work a second ago is good enough: the job waits there


def choose_node(ports: Ports, subsystem: str, wanted: str | None) -> str:
    """Return the node; SubsystemUnavailable with the reason, Invalid when one must be named."""
    known = ports.inventory.subsystems(wanted, within_s=LATELY_S)
    try:
        return _choose(ports, known, subsystem, wanted)
    except (SubsystemUnavailable, Invalid):
        return _choose(ports, ports.inventory.subsystems(wanted), subsystem, wanted)


def _choose(
    ports: Ports, known: Sequence[SubsystemStatus], subsystem: str, wanted: str | None
) -> str:
    serving = [one for one in known if one.subsystem == subsystem]
    if not serving:
        raise _nobody(ports, subsystem, wanted)
    able = [one for one in serving if one.capability.available]
    if not able:
        raise SubsystemUnavailable(_why(serving[0]), retry_after_s=30)
    if len(able) > 1:
        names = ", ".join(sorted(one.node for one in able))
        message = f"{subsystem} is served on several nodes: {names}. Say which one."
        raise Invalid(message, [FieldError("/node", "missing", message)])
    return able[0].node


def _nobody(ports: Ports, subsystem: str, wanted: str | None) -> SubsystemUnavailable | Invalid:
    known = {one.node for one in ports.inventory.subsystems()}
    if wanted is not None and wanted not in known:
        message = f"There is no node {wanted!r}. Known: {', '.join(sorted(known)) or 'none yet'}."
        return Invalid(message, [FieldError("/node", "unknown_node", message)])
    where = f"on node {wanted}" if wanted else "on any node"
    return SubsystemUnavailable(
        f"No worker has served {subsystem} {where} yet. Start one: calypso worker {subsystem}.",
        retry_after_s=10,
    )


def _why(status: SubsystemStatus) -> str:
    able = status.capability
    parts = [
        f"{status.subsystem} on {status.node} cannot be used",
        able.reason or f"{able.product} is missing",
        able.how_to_install or "",
    ]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
