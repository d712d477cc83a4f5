"""Letting go of what a replica need not keep any longer."""

from zoneinfo import ZoneInfo

from calypso.drivers.storage import HasClones, Held, Snapshot, Storage
from calypso.models.clock import now
from calypso.models.names import split_snapshot
from calypso.models.retention import Retention, Taken, judge
from calypso.models.running import RunningJob

ZONE = ZoneInfo("UTC")  # days and weeks of a replica are nobody's working hours


def thin(policy: Retention, target: Storage, name: str, running: RunningJob) -> int:
    """Destroy what the policy does not keep of one dataset; returns how many went.

    The newest stays whatever is said: it is what the next difference begins at.
    """
    running.report(phase=f"thinning {name}")
    there = target.snapshots(name)
    verdicts = judge(policy, [_taken(one) for one in there], zone=ZONE, now=now())
    gone = [
        split_snapshot(one.name)[1]
        for one, verdict in zip(there[:-1], verdicts[:-1], strict=True)
        if not verdict.keep
    ]
    try:
        target.destroy_snapshots(name, gone)
    except (Held, HasClones) as refused:  # somebody was quicker
        running.warn("not_thinned", f"{name} keeps all its snapshots: {refused.detail}")
        return 0
    return len(gone)


def _taken(one: Snapshot) -> Taken:
    is_used = bool(one.holds or one.clones)
    return Taken(order=one.order, at=one.created_at, is_protected=is_used)
