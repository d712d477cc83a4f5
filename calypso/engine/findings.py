"""The single findings of the stuck-job doctor: each one thing looked at, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from calypso.models.clock import now
from calypso.models.diagnosis import Evidence, Finding, ProcessSeen
from calypso.models.job import Job, State
from calypso.models.ledger import RunRecord

SLACK_S = 5.0  # beyond a type's grace, until a cancel counts as overdue
STATES = {"R": "runs", "S": "sleeps", "D": "in the kernel", "T": "stopped", "t": "traced"}


@dataclass(frozen=True)
class Facts:
    """All that is known about a job when somebody asks whether it is stuck."""

    job: Job
    record: RunRecord | None
    evidence: Evidence | None  # None: its node was not asked, or did not answer
    stall_s: float | None
    grace_s: float
    silence_s: float  # a node silent for longer is called silent

    @property
    def looked_at(self) -> datetime:
        """When; by the store's clock where it was asked."""
        return now() if self.record is None else self.record.looked_at

    @property
    def silent_for_s(self) -> float:
        """Seconds since anything was heard of the job's node."""
        seen_at = None if self.record is None else self.record.node_seen_at
        return self.age_s(seen_at or self.job.heartbeat_at or self.job.created_at)

    @property
    def is_silent(self) -> bool:
        """True when its node has been silent for longer than any living one is."""
        return self.silent_for_s > self.silence_s

    @property
    def progress_age_s(self) -> float:
        """Seconds since it last reported progress, or since it started."""
        return self.age_s(self.job.progress.updated_at or self.job.started_at)

    @property
    def is_stalled(self) -> bool:
        """True when it reported no progress for longer than its type allows."""
        return self.stall_s is not None and self.progress_age_s > self.stall_s

    @property
    def is_cancel_overdue(self) -> bool:
        """True when it was asked to stop, and its grace is over."""
        asked_at = self.job.cancel_requested_at
        return asked_at is not None and self.age_s(asked_at) > self.grace_s + SLACK_S

    @property
    def stuck(self) -> list[ProcessSeen]:
        """Processes that were in the kernel at every look."""
        if self.evidence is None:
            return []
        mine = [self.evidence.worker_process, *self.evidence.processes]
        return [one for one in mine if one is not None and one.stuck]

    def age_s(self, instant: datetime | None) -> float:
        """Return how long ago something was, in seconds; 0 for what never was."""
        return 0.0 if instant is None else max(0.0, (self.looked_at - instant).total_seconds())


def findings(facts: Facts) -> list[Finding]:
    """Return everything that was looked at."""
    if facts.job.state is not State.RUNNING:
        return [*_external(facts)]
    return [
        *_lease(facts), *_node(facts), *_worker(facts), *_processes(facts), *_progress(facts),
        *_log(facts), *_cancel(facts), *_external(facts),
    ]  # fmt: skip


def quiet_s(facts: Facts) -> float:
    """Return for how long the job has said nothing, by progress or by its log."""
    ages = [facts.progress_age_s]
    if (said_at := log_time(facts)) is not None:
        ages.append(facts.age_s(said_at))
    return min(ages)


def log_time(facts: Facts) -> datetime | None:
    """Return when the last line of its log was written: each begins with its time."""
    stamp, _, _ = ((facts.record and facts.record.last_line) or "").partition(" ")
    try:
        instant = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _lease(facts: Facts) -> Iterator[Finding]:
    until = None if facts.record is None else facts.record.lease_until
    if until is None:
        return
    age_s = facts.age_s(facts.job.heartbeat_at)
    if until > facts.looked_at:
        yield _found("lease", "ok", f"Its last heartbeat is {age_s:.0f} s old; its lease holds.")
    else:
        over_s = facts.age_s(until)
        text = f"Its last heartbeat is {age_s:.0f} s old; its lease ended {over_s:.0f} s ago."
        yield _found("lease", "bad", text)


def _node(facts: Facts) -> Iterator[Finding]:
    text = f"Node {facts.job.node} was last heard of {facts.silent_for_s:.0f} s ago."
    yield _found("node", "bad" if facts.is_silent else "ok", text)
    if facts.evidence is None:
        yield _found(
            "node_asked", "unknown", "The node gave no answer: this is the database's word alone."
        )


def _worker(facts: Facts) -> Iterator[Finding]:
    seen = facts.evidence
    if seen is None:
        return
    if seen.worker == "alive" and seen.worker_process is not None:
        one = seen.worker_process
        yield _found("worker", "ok", f"Its worker lives: pid {one.pid}, {_state(one)}.")
    elif seen.worker == "dead":
        text = "Its worker is gone: no process has its pid and start time in this boot."
        yield _found("worker", "bad", text)
    else:
        text = (
            "Whether its worker lives cannot be told: it is not of this machine or pid namespace."
        )
        yield _found("worker", "unknown", text)


def _processes(facts: Facts) -> Iterator[Finding]:
    if facts.evidence is None:
        return
    found = facts.evidence.processes
    if not found:
        text = "No process carries its tag: it works inside its worker, or between two commands."
        yield _found("processes", "ok", text)
    else:
        told = "; ".join(f"pid {one.pid} {one.name}, {_state(one)}" for one in found)
        yield _found("processes", "ok", f"{len(found)} processes carry its tag: {told}.")
    yield from _strays(facts, found)
    if facts.stuck:
        told = ", ".join(f"pid {one.pid}{_where(one)}" for one in facts.stuck)
        text = f"In the kernel (state D) at every look, so that no signal reaches it: {told}."
        yield _found("kernel", "bad", text)


def _strays(facts: Facts, found: list[ProcessSeen]) -> Iterator[Finding]:
    epoch = None if facts.record is None else facts.record.epoch
    old = [one for one in found if epoch is not None and one.epoch not in (epoch, None)]
    if old:
        told = ", ".join(str(one.pid) for one in old)
        yield _found("earlier_run", "bad", f"Left over from an earlier run of it: pid {told}.")
    alive = facts.evidence is not None and facts.evidence.worker == "alive"
    orphans = [one for one in found if not one.of_worker and one not in old]
    if orphans:
        told = ", ".join(str(one.pid) for one in orphans)
        text = f"Not a child of its worker (it went its own way, or lost its parent): pid {told}."
        yield _found("orphans", "unknown" if alive else "bad", text)


def _progress(facts: Facts) -> Iterator[Finding]:
    age = f"Its last progress is {facts.progress_age_s:.0f} s old"
    if facts.job.progress.updated_at is None:
        age = f"It has reported no progress since it started {facts.progress_age_s:.0f} s ago"
    if facts.stall_s is None:
        yield _found("progress", "unknown", f"{age}; its type sets no limit to that.")
    else:
        verdict: Literal["ok", "bad"] = "bad" if facts.is_stalled else "ok"
        yield _found("progress", verdict, f"{age}; its type allows {facts.stall_s:g} s.")


def _log(facts: Facts) -> Iterator[Finding]:
    if (said_at := log_time(facts)) is not None:
        yield _found("log", "ok", f"Its log's last line is {facts.age_s(said_at):.0f} s old.")


def _cancel(facts: Facts) -> Iterator[Finding]:
    asked_at = facts.job.cancel_requested_at
    if asked_at is not None:
        text = f"Asked to stop {facts.age_s(asked_at):.0f} s ago; grace {facts.grace_s:g} s."
        yield _found("cancel", "bad" if facts.is_cancel_overdue else "ok", text)


def _external(facts: Facts) -> Iterator[Finding]:
    if facts.job.external is not None:
        text = f"Work of it lives outside its worker, as {facts.job.external}; look there too."
        yield _found("external", "unknown", text)


def _state(one: ProcessSeen) -> str:
    return f"{STATES.get(one.state, one.state)}{_where(one)}"


def _where(one: ProcessSeen) -> str:
    return f" in {one.wchan}" if one.wchan else ""


def _found(code: str, verdict: Literal["ok", "bad", "unknown"], text: str) -> Finding:
    return Finding(code=code, verdict=verdict, text=text)
