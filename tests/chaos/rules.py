"""What must be so whatever happened, read from the ledger, the database and /proc."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from calypso.host.scope import tagged
from tests.chaos.slots import judge_slots
from tests.chaos.stack import Stack

TERMINAL = ("succeeded", "failed", "cancelled", "lost")
AGAIN, ONCE = "system.chaos_again", "system.chaos_once"


@dataclass
class Told:
    """What the ledger says about one job: epochs of its lines, in order."""

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    overlap: list[int] = field(default_factory=list)


def read_ledger(folder: Path) -> dict[str, Told]:
    """Return the ledger by job."""
    jobs: dict[str, Told] = defaultdict(Told)
    for line in (folder / "ledger").read_text().splitlines():
        what, job, epoch, _ = line.split()
        getattr(jobs[job], what).append(int(epoch))
    return jobs


class Watcher:
    """Looks all the time for what outlives its job, and remembers who the workers were."""

    def __init__(self, stack: Stack, found: list[str]) -> None:
        self._stack, self._found = stack, found
        self._ended = threading.Event()
        self._outlived: set[str] = set()
        self.pids: dict[str, int] = {}
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            self.pids.update(self._stack.workers())
            over = {
                row[0]
                for row in self._stack.ask(
                    "SELECT id::text FROM calypso.jobs WHERE finished_at IS NOT NULL"
                )
            }
            for tag, pids in tagged().items():
                job = tag.partition(".")[0]
                if job in over and tag not in self._outlived:
                    self._outlived.add(tag)
                    self._found.append(f"{job}: processes {pids} outlive it")


def judge(
    stack: Stack, keys: dict[str, str], cancelled: set[str], watcher: Watcher
) -> tuple[list[str], dict[str, int]]:
    """Return what is wrong in the end, and how many jobs ended how."""
    wrong: list[str] = []
    rows = stack.ask(
        "SELECT id::text, type, state::text, source_kind, cancel_by, epoch FROM calypso.jobs"
        " WHERE type LIKE '%%chaos%%'"
    )
    if {row[0] for row in rows if row[3] == "user"} != set(keys.values()):
        wrong.append(f"{len(keys)} keys made {len(rows)} jobs")
    ledger = read_ledger(stack.folder / "ledger")
    ends: dict[str, int] = defaultdict(int)
    for job, kind, state, _, stopper, epoch in rows:
        ends[f"{kind.removeprefix('system.chaos_')} {state}"] += 1
        wrong += [f"{job}: {what}" for what in _of_one(kind, state, epoch, ledger[job])]
        if state == "cancelled" and job not in cancelled and stopper != "schedule":
            wrong.append(f"{job}: cancelled, and nobody asked for it")
    wrong += _events(stack, watcher)
    of_slots, ends["slots decided about"] = judge_slots(stack)
    wrong += of_slots
    return wrong, dict(ends)


def _of_one(kind: str, state: str, epoch: int, told: Told) -> list[str]:
    wrong = []
    if state not in TERMINAL:
        wrong.append(f"never ended: {state}")
    if kind == AGAIN and state in ("lost", "failed"):
        wrong.append(f"may be run again, yet is {state}")
    if kind == ONCE and len(told.start) > 1:
        wrong.append(f"must not be run twice, was in runs {told.start}")
    if state == "succeeded" and told.end[-1:] != [epoch]:
        wrong.append(f"succeeded in run {epoch}, the ledger ends with {told.end}")
    if told.start != sorted(set(told.start)):
        wrong.append(f"runs out of order or doubled: {told.start}")
    if told.twice:
        wrong.append(f"two at a time in runs {told.twice}")
    if told.overlap:
        wrong.append(f"its lock was held by another in runs {told.overlap}")
    return wrong


def _events(stack: Stack, watcher: Watcher) -> list[str]:
    wrong = [
        f"{job}: {count} ends"
        for job, count in stack.ask(
            "SELECT job_id::text, count(*) FROM calypso.job_events"
            " WHERE type = ANY (%s) GROUP BY 1 HAVING count(*) > 1",
            list(TERMINAL),
        )
    ]
    for job, worker in stack.ask(
        "SELECT job_id::text, data->>'worker' FROM calypso.job_events"
        " WHERE data->>'reason' = 'worker_lost'"
    ):
        pid = watcher.pids.get(worker)
        if pid is not None and pid not in stack.killed:
            wrong.append(f"{job}: its worker (pid {pid}) was buried alive")
    return wrong
