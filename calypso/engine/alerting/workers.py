"""Workers that fell silent, nodes that did, and subsystems nobody looks after or can use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from calypso.engine.alerting.watch import View, Watch
from calypso.models.alert import Level, NewAlert
from calypso.models.inventory import SubsystemStatus
from calypso.models.worker import WorkerRecord

MARGIN_S = 30.0  # beyond the lease: clocks differ, heartbeats wait for a busy store
MISSED_LOOKS = 3


def find_gone(view: View) -> Iterator[NewAlert]:
    """Find silent nodes, and silent workers on nodes that are not."""
    for node, (silent, all_of_it) in _silent_by_node(view).items():
        if silent and len(silent) == len(all_of_it):
            yield _node_gone(node, silent)
        else:
            yield from _workers_gone(node, silent)


def find_unavailable(view: View) -> Iterator[NewAlert]:
    """Find subsystems whose product cannot be used."""
    for status in view.ports.inventory.subsystems():
        if not status.capability.available:
            yield _unavailable(status)


def find_unwatched(view: View) -> Iterator[NewAlert]:
    """Find subsystems of which nobody has reported for long, unless their whole node is silent."""
    after_s = max(MISSED_LOOKS * view.limits.inventory_s, view.limits.lease_s) + MARGIN_S
    known = _silent_by_node(view)
    for status in view.ports.inventory.subsystems():
        silent, all_of_it = known.get(status.node, ([], []))
        node_is_silent = bool(silent) and len(silent) == len(all_of_it)
        late = view.at - status.observed_at > timedelta(seconds=after_s)
        if late and status.capability.available and not node_is_silent:
            yield _unwatched(status)


GONE = Watch("worker_gone", find_gone, is_patient=True)
UNAVAILABLE = Watch("subsystem_unavailable", find_unavailable)
UNWATCHED = Watch("subsystem_silent", find_unwatched, is_patient=True)

_Silence = tuple[list[WorkerRecord], list[WorkerRecord]]  # the silent ones, all of them


def _silent_by_node(view: View) -> dict[str, _Silence]:
    since = view.at - timedelta(seconds=view.limits.lease_s + MARGIN_S)
    nodes: dict[str, _Silence] = defaultdict(lambda: ([], []))
    for worker in view.ports.jobs.workers():
        silent, all_of_it = nodes[worker.node]
        all_of_it.append(worker)
        if worker.seen_at is not None and worker.seen_at < since:
            silent.append(worker)
    return nodes


def _node_gone(node: str, silent: Sequence[WorkerRecord]) -> NewAlert:
    jobs = _jobs_of(silent)
    under_way = (
        f"{len(jobs)} of its jobs are shown as running: {_some(jobs)}. They go on or are handed "
        "back when it returns. If it never will, an operator must release them."
        if jobs
        else "It ran no job."
    )
    return NewAlert(
        key=f"worker_gone/{node}",
        kind="worker_gone",
        level=Level.CRITICAL if jobs else Level.ERROR,
        subject=node,
        title=f"Node {node} is silent",
        detail=f"No worker of {node} has given a sign of life since {_last_seen(silent)}. "
        f"{under_way} Look whether the machine runs and reaches the database.",
        node=node,
    )


def _workers_gone(node: str, silent: Sequence[WorkerRecord]) -> Iterator[NewAlert]:
    by_subsystem: dict[str, list[WorkerRecord]] = defaultdict(list)
    for worker in silent:
        by_subsystem[worker.subsystem].append(worker)
    for subsystem, workers in sorted(by_subsystem.items()):
        jobs = _jobs_of(workers)
        running = f" Running there: {_some(jobs)}." if jobs else ""
        yield NewAlert(
            key=f"worker_gone/{node}/{subsystem}",
            kind="worker_gone",
            level=Level.ERROR,
            subject=f"{subsystem}@{node}",
            title=f"A {subsystem} worker on {node} is silent",
            detail=f"{len(workers)} process(es), pid {_some([str(w.pid) for w in workers])}, "
            f"gave no sign of life since {_last_seen(workers)}.{running} If they hang, restart "
            f"that worker: its jobs are handed back as their types say.",
            node=node,
            subsystem=subsystem,
            job_id=next((w.running_job for w in workers if w.running_job), None),
        )


def _unavailable(status: SubsystemStatus) -> NewAlert:
    able = status.capability
    parts = [
        able.reason or f"{able.product} is missing or does not answer",
        able.how_to_install or "Mend it; the alert clears by itself",
    ]
    return NewAlert(
        key=f"subsystem_unavailable/{status.node}/{status.subsystem}",
        kind="subsystem_unavailable",
        level=Level.ERROR,
        subject=f"{status.subsystem}@{status.node}",
        title=f"{status.subsystem} on {status.node} cannot be used",
        detail=" ".join(f"{part.rstrip('.')}." for part in parts),
        node=status.node,
        subsystem=status.subsystem,
    )


def _unwatched(status: SubsystemStatus) -> NewAlert:
    seen = status.observed_at.isoformat(timespec="seconds")
    return NewAlert(
        key=f"subsystem_silent/{status.node}/{status.subsystem}",
        kind="subsystem_silent",
        level=Level.ERROR,
        subject=f"{status.subsystem}@{status.node}",
        title=f"Nobody looks after {status.subsystem} on {status.node}",
        detail=f"What is known of it is of {seen}; pools may have broken since. Its worker has "
        f"ended, hangs, or was stopped. Start it: calypso worker {status.subsystem}.",
        node=status.node,
        subsystem=status.subsystem,
    )


def _jobs_of(workers: Iterable[WorkerRecord]) -> list[str]:
    return [str(one.running_job) for one in workers if one.running_job is not None]


def _last_seen(workers: Iterable[WorkerRecord]) -> str:
    seen = [one.seen_at for one in workers if one.seen_at is not None]
    return max(seen).isoformat(timespec="seconds")


def _some(words: Sequence[str], most: int = 5) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
