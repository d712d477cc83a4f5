"""What is safe to do about a job, and what is not, by verdict. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from calypso.engine.findings import Facts
from calypso.models.diagnosis import Advice, Verdict
from calypso.models.job import State

RELEASE_NOW = "It would free the locks while something of the job may still run; it is refused."
RERUN_NOW = "The same work would be done twice at a time; it is refused until this one has ended."


@dataclass(frozen=True)
class Advised:
    """Which actions are safe, the best first, and which are not."""

    safe: list[Advice]
    unsafe: list[Advice]


def advise(verdict: Verdict, facts: Facts) -> Advised:
    """Return what to do about a job, and what better not."""
    if verdict == "ended":
        return Advised(list(_of_ended(facts)), [])
    safe = [*_waiting(verdict), *_cancelling(verdict, facts), *_releasing(verdict)]
    unsafe = [*_cutting(facts), Advice(action="rerun", why=RERUN_NOW)]
    if verdict != "node_silent":
        unsafe.insert(0, Advice(action="release", why=_why_not_release(facts)))
    return Advised(safe, unsafe)


def _of_ended(facts: Facts) -> Iterator[Advice]:
    state = facts.job.state
    if state is State.SUCCEEDED:
        yield Advice(action="none", why="There is nothing to do.")
        return
    if state is State.LOST:
        look = "Look first at what it left behind; then start it anew, as a new job."
        yield Advice(action="rerun", why=look)
    else:
        yield Advice(action="rerun", why="Starts the same request anew, as a new job.")


WAITING = {
    "waiting": "It goes on by itself.",
    "queued": "It starts by itself when a slot is free.",
    "unserved": "It starts by itself once a worker serves its queue; start one on its node.",
    "running": "It goes on to its end.",
    "stalled": "It may be slow, not stuck: see what its processes do before you cut it.",
    "in_kernel": "It goes on, or ends, as soon as the kernel lets go. Mend what it waits for.",
    "cancelling": "It ends when its processes are gone.",
    "worker_dead": "Within seconds the node ends what is left, then requeues it or calls it lost.",
    "node_silent": "When the node is back it finishes the job, or finds it dead and says so.",
    "no_answer": "The node speaks; ask again in a moment.",
}


def _waiting(verdict: Verdict) -> Iterator[Advice]:
    yield Advice(action="wait", why=WAITING[verdict])


def _cancelling(verdict: Verdict, facts: Facts) -> Iterator[Advice]:
    if not facts.job.cancellable:
        return
    why = {
        "waiting": "It has nothing under way and is gone at once.",
        "queued": "It has not started and is gone at once.",
        "unserved": "It has not started and is gone at once.",
        "in_kernel": "It is noted, and takes effect when the kernel lets go, not sooner.",
        "node_silent": "It is noted, and takes effect should the node come back.",
        "no_answer": "It is noted; the node acts on it.",
        "worker_dead": "The node then calls it cancelled instead of starting it again.",
    }
    stops = "Its processes are asked to end, then killed, and seen dead before it counts as ended."
    yield Advice(action="cancel", why=why.get(verdict, stops))


def _releasing(verdict: Verdict) -> Iterator[Advice]:
    if verdict == "node_silent":
        yield Advice(
            action="release",
            why="Only if you KNOW that the machine is off and will not come back as it was: it "
            "calls the job lost and frees its locks, whatever may still run there.",
        )


def _cutting(facts: Facts) -> Iterator[Advice]:
    job = facts.job
    if job.state is State.RUNNING and not job.cancellable and job.cancel_requested_at is None:
        yield Advice(action="cancel", why="Its type cannot be cut without damage; it is refused.")


def _why_not_release(facts: Facts) -> str:
    if facts.job.state is not State.RUNNING:
        return "It does not run, so there is nothing to release; it is refused."
    return RELEASE_NOW
