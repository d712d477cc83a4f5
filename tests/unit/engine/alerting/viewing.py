"""What a rule is shown, made of as little as a test needs."""

from datetime import timedelta

from calypso.engine.alerting.watch import Limits, look
from calypso.models.alert import AlertQuery
from calypso.models.clock import now
from calypso.models.inventory import Capability, SubsystemStatus
from calypso.models.worker import WorkerRecord

LIMITS = Limits(
    lease_s=60, inventory_s=30, pool_warning_percent=80, pool_critical_percent=95,
    stalls={"storage.pool_scrub": 300.0},
)  # fmt: skip


def look_at(ports, *watches, limits=LIMITS, in_s=0.0):
    """Run rules once, as if so many seconds had passed."""
    for watch in watches:
        look(watch, ports, limits, now() + timedelta(seconds=in_s))


def active(ports):
    """Return (key, level) of what is active, by key."""
    items = ports.alerts.page(AlertQuery()).items
    return sorted((one.key, str(one.level)) for one in items)


def only(ports):
    (found,) = ports.alerts.page(AlertQuery()).items
    return found


def worker(worker_id, node="keep", subsystem="storage", pid=7):
    return WorkerRecord(
        id=worker_id, node=node, subsystem=subsystem, queues=(f"{subsystem}@{node}",), pid=pid,
        started=1, boot_id="b", machine_id="m", pid_namespace="n",
    )  # fmt: skip


def report(ports, *, node="keep", subsystem="storage", ago_s=0.0, **able):
    capability = Capability(**{"product": "zfs", "available": True, **able})
    ports.inventory.report(
        SubsystemStatus(
            node=node, subsystem=subsystem, capability=capability,
            observed_at=now() - timedelta(seconds=ago_s),
        )
    )  # fmt: skip
