"""`python -m bench.fleet`: measure at each size, and write FLEET.md."""

import argparse
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import machine
from bench.fleet import asking, keeping, nodes
from bench.fleet import idle as at_rest
from bench.fleet.asking import Asked
from bench.fleet.filling import NODES, filled
from bench.fleet.keeping import Kept
from bench.fleet.page import page
from bench.fleet.samples import size
from bench.fleet.server import QUIET, having, room_bytes
from bench.ground import Ground, ground
from bench.plan import Plan

PAGE = Path(__file__).parent.with_name("FLEET.md")
LARGEST = 5_000_000
OFTEN = 100  # times that what is cheap is done at each size
BYTES_A_JOB = 12_000  # on the disk while it is restored beside itself
SMOKE_SIZES, SMOKE_NODES = (600,), 4


@dataclass
class Run:
    """What was measured so far."""

    plan: Plan
    asked: list[Asked] = field(default_factory=list)
    kept: dict[int, Kept] = field(default_factory=dict)
    costs: nodes.Costs = field(default_factory=nodes.Costs)
    idle: at_rest.Idle = field(default_factory=at_rest.Idle)

    def at(self, here: Ground, jobs: int, *, last: bool) -> None:
        """Measure at one size."""
        say = Clock(f"{jobs:,} jobs")
        made = filled(here, jobs, nodes=self.plan.size(NODES, SMOKE_NODES))
        say("filled")
        kept = self.kept[jobs] = keeping.room(made)
        say(f"take {size(kept.bytes)}")
        with having(here, QUIET):
            with asking.asking(here, made, often=self.plan.size(OFTEN, 3)) as asked:
                for part in (asking.read, asking.write, asking.tend):
                    part(asked)
            self.asked.append(asked)
            say("asked")
            if last:
                self.costs = nodes.measured(here, made, self.plan)
                say("served nodes")
        keeping.dump(here, made, kept)
        say("dumped and restored")
        keeping.migrate(made, kept)
        keeping.retire(made, kept)
        say("migrated and retired")
        here.drop(made.url)


class Clock:
    """Says what is done, and how long it took since the last word."""

    def __init__(self, what: str) -> None:
        self._what, self._at = what, time.monotonic()

    def __call__(self, done: str) -> None:
        """Say it."""
        at = time.monotonic()
        print(f"{self._what}: {done} ({at - self._at:.1f} s)", flush=True)
        self._at = at


def measured(here: Ground, sizes: list[int], plan: Plan) -> str:
    """Measure everything and return the page."""
    began, run, facts = time.monotonic(), Run(plan), machine.facts(here)
    for jobs in sizes:
        run.at(here, jobs, last=jobs == sizes[-1])
    run.idle = at_rest.measured(here, plan)
    minutes = (time.monotonic() - began) / 60
    return page(run.asked, run.kept, run.costs, run.idle, facts, minutes=minutes)


def main(words: list[str] | None = None) -> int:
    """Return 0 when all could be measured, whatever it says."""
    parser = argparse.ArgumentParser(prog="bench.fleet", description=__doc__)
    told = "numbers of jobs; of one alone also a tenth and a hundredth"
    parser.add_argument("--sizes", type=_sizes, default=_sizes(str(LARGEST)), help=told)
    parser.add_argument("--smoke", action="store_true", help="tiny numbers: does it work at all?")
    parser.add_argument("--out", type=Path, help="where to write the page")
    given = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else what was started would live on
    sizes = list(SMOKE_SIZES) if given.smoke else given.sizes
    with ground() as here:
        wanted, free = sizes[-1] * BYTES_A_JOB, room_bytes(here.folder)
        if wanted > free:
            parser.error(f"{size(wanted)} are needed in {here.folder}, {size(free)} are free: "
                         "name another disk in BENCH_DIR, or fewer in SIZES")  # fmt: skip
        told = measured(here, sizes, Plan(rounds=1, smoke=given.smoke))
    if given.out is None:
        print(told)
    else:
        given.out.write_text(told, encoding="utf-8")
        print(f"Written: {given.out}")
    return 0


def _sizes(text: str) -> list[int]:
    numbers = sorted(int(one) for one in text.split(","))
    return numbers if len(numbers) > 1 else [max(100, numbers[0] // by) for by in (100, 10, 1)]


if __name__ == "__main__":
    sys.exit(main())
