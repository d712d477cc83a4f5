"""A contestant at work: its submitting process and its workers, on the ground."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from bench import contestants
from bench.contestants import with_calypso
from bench.ground import NODE, Ground, plain, python
from bench.ledger import Ledger
from bench.programs import Failed, Program, until

READY_S = 60.0
IDLE_S = 0.011  # a tick of the clock, or none


@dataclass(frozen=True)
class Round:
    """What one round of jobs took. `cpu_s`: of the workers."""

    jobs: int
    seconds: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the workers for each job."""
        return self.cpu_s / self.jobs * 1e6


class Team:
    """One contestant. Its workers stand still unless a round is on."""

    def __init__(
        self, here: Ground, name: str, *, kind: str = "noop", staffed: bool = True
    ) -> None:
        self.name, self.kind = name, kind
        self.ledger = Ledger(here.folder / f"ledger-{name}-{time.monotonic_ns()}")
        staff = contestants.staff_of(name)
        self.environment = staff.environment(here, str(self.ledger.path))
        self.door = here.start(
            f"{name}-door",
            *python("bench.submitting", name, kind),
            env=self.environment,
            talks=True,
        )
        self.workers: list[Program] = []
        if staffed:
            self.workers = [
                here.start(f"{name}-worker", *argv, env=self.environment)
                for argv in staff.workers()
            ]

    def warm(self, jobs: int = 20) -> None:
        """Return when jobs run; the workers then stand still."""
        self._serve()
        self.submit(jobs)
        until(lambda: self.has_run(jobs), what=f"the first jobs of {self.name}", limit_s=READY_S)
        self.hold()

    def submit(self, jobs: int, threads: int = 1) -> dict[str, Any]:
        """Take jobs in; see `bench.submitting`."""
        return dict(self.door.ask({"jobs": jobs, "threads": threads}))

    def run(self, jobs: int) -> Round:
        """Take jobs in while the workers stand still; then time them to the last job's end."""
        before = self.ended()
        made = int(self.submit(jobs, threads=1)["jobs"])
        cpu_s, began = self.cpu_s(), time.monotonic()
        self.let_go()
        until(lambda: self.has_run(before + made), what=f"{made} jobs of {self.name}", limit_s=300)
        seconds = time.monotonic() - began
        self._settle()
        done = Round(made, seconds, self.cpu_s() - cpu_s)
        self.hold()
        if (ended := self.ended() - before) != made:
            raise Failed(f"{self.name} ran {ended} of {made} jobs")
        return done

    def has_run(self, jobs: int) -> bool:
        """Tell, cheaply, whether as many jobs have ended, all in all."""
        for one in self.workers:
            one.check()
        return self.ended() >= jobs

    def ended(self) -> int:
        """Return how many jobs have ended, all in all."""
        return self.ledger.count()

    def hold(self) -> None:
        """Let the workers stand still."""
        for one in self.workers:
            one.hold()

    def let_go(self) -> None:
        """Let the workers work."""
        for one in self.workers:
            one.let_go()

    def cpu_s(self) -> float:
        """Return the CPU time of all workers so far."""
        return sum(one.cpu_s() for one in self.workers)

    def _serve(self) -> None:
        """Wait for whatever must be there before a job can be taken in."""

    def _settle(self) -> None:
        """Wait until the workers are idle, so that all their work is counted."""
        last = self.cpu_s()
        for _ in range(20):
            time.sleep(0.05)
            if (now := self.cpu_s()) - last < IDLE_S:
                return
            last = now


class OurTeam(Team):
    """Calypso: what ended is asked from PostgreSQL, since `system.noop` writes nothing."""

    def __init__(self, here: Ground, name: str, **options: Any) -> None:
        super().__init__(here, name, **options)
        self.house = with_calypso.house_of(self.environment)
        self._database = psycopg.connect(
            plain(self.environment["CALYPSO_DATABASE_URL"]), autocommit=True
        )

    def has_run(self, jobs: int) -> bool:
        """Tell whether none is left; counting thousands each time would cost too much."""
        for one in self.workers:
            one.check()
        found = self._database.execute(with_calypso.UNFINISHED, (NODE,)).fetchone()
        return found == (False,) and self.ended() >= jobs

    def ended(self) -> int:
        """Return how many jobs have succeeded."""
        found = self._database.execute(
            "SELECT count(*) FROM calypso.jobs WHERE state = 'succeeded' AND NOT control"
        ).fetchone()
        return 0 if found is None else int(found[0])

    def leave(self) -> None:
        """Close what is open."""
        self._database.close()
        self.house.engine.dispose()

    def _serve(self) -> None:
        until(lambda: self.house.ports.inventory.subsystems(NODE), what="a worker", limit_s=READY_S)


@contextmanager
def teams(here: Ground, names: Sequence[str], **options: Any) -> Iterator[list[Team]]:
    """Set contestants up, those that are installed; kill their processes at the end."""
    with ExitStack() as stack:
        stack.callback(here.stop_programs)
        made: list[Team] = []
        for name in filter(contestants.installed, names):
            if name == contestants.OURS:
                ours = OurTeam(here, name, **options)
                stack.callback(ours.leave)
                made.append(ours)
            else:
                made.append(Team(here, name, **options))
        yield made
