"""From evidence to a verdict about a job, and to what is safe to do. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

from calypso.engine.advice import Advised, advise
from calypso.engine.findings import Facts, findings, quiet_s
from calypso.models.diagnosis import Diagnosis, ProcessSeen, Verdict
from calypso.models.job import Job, Slot, State

QUIET_S = 60.0  # a process in the kernel that long without a word is not just reading a disk
__all__ = ["Facts", "judge"]
Say = Callable[[Facts], str]


def judge(facts: Facts) -> Diagnosis:
    """Return what is true about a job, and which action is safe."""
    verdict = _verdict(facts)
    advised: Advised = advise(verdict, facts)
    return Diagnosis(
        job_id=facts.job.id,
        state=facts.job.state,
        verdict=verdict,
        summary=_SUMMARIES[verdict](facts),
        node_answered=facts.evidence is not None,
        findings=findings(facts),
        safe_actions=advised.safe,
        unsafe_actions=advised.unsafe,
    )


def _verdict(facts: Facts) -> Verdict:
    job = facts.job
    if job.state.is_terminal:
        return "ended"
    if job.state is State.WAITING:
        return "waiting"
    if job.state is State.QUEUED:
        served = job.slot is None or job.slot.reason in ("busy", "free")
        return "queued" if served else "unserved"
    return _unanswered(facts) if facts.evidence is None else _running(facts)


def _unanswered(facts: Facts) -> Verdict:
    return "node_silent" if facts.is_silent else "no_answer"


def _running(facts: Facts) -> Verdict:
    if facts.evidence is not None and facts.evidence.worker == "dead":
        return "worker_dead"
    if facts.stuck and (facts.is_cancel_overdue or facts.is_stalled or quiet_s(facts) >= QUIET_S):
        return "in_kernel"
    if facts.job.cancel_requested_at is not None:
        return "cancelling"
    return "stalled" if facts.is_stalled else "running"


def _of_waiting(facts: Facts) -> str:
    wait = facts.job.wait
    if wait is None:
        return "It waits."
    if wait.until is not None:
        return f"It waits until {_at(wait.until)} ({wait.reason})."
    held = wait.holder
    if held is None:
        return f"It waits ({wait.reason}) for {wait.resource}."
    return f"It waits ({wait.reason}) for {held.title!r}, job {held.job}, which is {held.state}."


def _of_unserved(facts: Facts) -> str:
    reasons: Mapping[str, str] = {
        "no_worker": f"Nobody serves the queue {facts.job.queue}.",
        "draining": f"Every worker of the queue {facts.job.queue} drains: it takes nothing new.",
        "silent": f"No worker of the queue {facts.job.queue} has been heard of lately.",
    }
    return f"{reasons[_slot(facts.job).reason]} It stays queued until one does."


def _of_queued(facts: Facts) -> str:
    slot = _slot(facts.job)
    if slot.reason == "free":
        return "A worker is about to take it."
    what = ", ".join(f"{one.title!r} (job {one.job})" for one in slot.busy)
    return f"Every slot is taken, by {what}. Its place in line is {slot.position}."


def _of_running(facts: Facts) -> str:
    phase = facts.job.progress.phase or ""
    if phase.startswith("waiting"):  # in the subsystem's words, for a person perhaps
        return f"It runs, and says that it is {phase}. Nothing else is wrong with it."
    return "It runs, and nothing is wrong with it."


def _of_kernel(facts: Facts) -> str:
    names = ", ".join(_named(one) for one in facts.stuck)
    return (
        f"The kernel does not let go of {names}: not even a kill ends it before the disk, the "
        "device or the network file system behind it answers."
    )


def _of_cancelling(facts: Facts) -> str:
    if facts.is_cancel_overdue:
        return "It was asked to stop longer ago than its type's grace, and still runs."
    return "It was asked to stop and is about to."


_SUMMARIES: Mapping[Verdict, Say] = {
    "ended": lambda facts: f"It has ended: {facts.job.state}.",
    "waiting": _of_waiting,
    "queued": _of_queued,
    "unserved": _of_unserved,
    "running": _of_running,
    "stalled": lambda facts: (
        f"It lives but has reported no progress for {facts.progress_age_s:.0f} s; its type allows "
        f"{facts.stall_s:g} s."
    ),
    "in_kernel": _of_kernel,
    "cancelling": _of_cancelling,
    "worker_dead": lambda _: "Its worker is dead. The node ends what is left of it, then decides.",
    "node_silent": lambda facts: (
        f"Node {facts.job.node} has been silent for {facts.silent_for_s:.0f} s and did not answer. "
        "The job may still run there: nobody can tell from here."
    ),
    "no_answer": lambda facts: (
        f"Node {facts.job.node} was heard of {facts.silent_for_s:.0f} s ago but did not answer "
        "the doctor. What stands here is only what the database knows."
    ),
}


def _slot(job: Job) -> Slot:
    return job.slot or Slot(reason="no_worker", slots=0, busy=[], position="?")


def _named(one: ProcessSeen) -> str:
    where = f" in {one.wchan}" if one.wchan else ""
    return f"{one.name} (pid {one.pid}{where})"


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
