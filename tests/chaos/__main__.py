"""`make chaos`: break everything for a while, then see that nothing was lost or done twice."""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.chaos.broken import GUARDS
from tests.chaos.faults import Faults, pause, private_disk
from tests.chaos.rules import AGAIN, ONCE, Watcher, judge
from tests.chaos.slots import add_schedules, stop_schedules
from tests.chaos.stack import Stack

UNFINISHED = 14
SETTLE_S = 150.0
LOCKS = ("red", "green", "blue")
LONGER_S = 60.0  # for kinds that have not hit yet
INSIDE = "CALYPSO_CHAOS_INSIDE"  # set where we are in a mount namespace of our own


class Run:
    """One bounded time of chaos."""

    def __init__(self, folder: Path, seed: int, guard: str | None, disk: Path | None) -> None:
        self._dice = random.Random(seed)
        self.found: list[str] = []
        (folder / "ledger").mkdir()
        self.stack = Stack(folder, guard)
        self.hits: Counter[str] = Counter()
        self.tries: Counter[str] = Counter()
        self._due: list[tuple[float, Callable[[], None]]] = []
        self.faults = Faults(self.stack, self._dice, self._later, self.found, disk)
        self.keys: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self._asked: list[tuple[str, dict[str, object]]] = []

    def go(self, seconds: float) -> tuple[list[str], dict[str, int]]:
        """Break things for some seconds, mend all, wait, and judge."""
        self.stack.until_ready()
        add_schedules(self.stack)
        watcher = Watcher(self.stack, self.found)
        try:
            end, strike = time.monotonic() + seconds, time.monotonic() + 2
            while (now := time.monotonic()) < end or (self.unhit() and now < end + LONGER_S):
                self._look_after()
                self._submit()
                if time.monotonic() > strike:
                    self._strike()
                    strike = pause(self._dice)
                time.sleep(0.05)
            self._settle()
        finally:
            watcher.stop()
        wrong, ends = judge(self.stack, self.keys, self.cancelled, watcher)
        return self.found + wrong, ends

    def unhit(self) -> list[str]:
        """Return the kinds that have not hit a running job yet."""
        return [kind for kind in self.faults.kinds if not self.hits[kind]]

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        self._due.append((time.monotonic() + seconds, do))

    def _look_after(self) -> None:
        now = time.monotonic()
        for at, do in [one for one in self._due if one[0] <= now]:
            self._due.remove((at, do))
            do()
        self.stack.keep()

    def _strike(self) -> None:
        """The kind that has hit least so far; the dice decide among equals."""
        least = min(self.hits[kind] + self.tries[kind] / 10 for kind in self.faults.kinds)
        kinds = [k for k in self.faults.kinds if self.hits[k] + self.tries[k] / 10 <= least]
        kind = self._dice.choice(kinds)
        self.tries[kind] += 1
        if self.faults.kinds[kind]():
            self.hits[kind] += 1

    def _submit(self) -> None:
        if not self._asked:
            if len(self._unfinished()) >= UNFINISHED:
                return
            self._asked.append((uuid.UUID(int=self._dice.getrandbits(128)).hex, self._body()))
        key, body = self._asked[0]
        job = self.stack.submit(body, key)
        if job is None:
            return  # the very same request again, until it is known what became of it
        self._asked.pop(0)
        self.keys[key] = job
        if self._dice.random() < 0.15:
            self._later(self._dice.uniform(0.2, 3), lambda: self._cancel(job))

    def _cancel(self, job: str) -> None:
        self.cancelled.add(job)  # it may have been taken although the answer was lost
        self.stack.cancel(job)

    def _body(self) -> dict[str, object]:
        dice = self._dice
        return {
            "type": dice.choice([AGAIN, AGAIN, ONCE]),
            "params": {
                "ledger": str(self.stack.folder / "ledger"),
                "seconds": round(dice.uniform(0.1, 5), 2),
                "lock": dice.choice([None, *LOCKS]),
                "escapes": dice.random() < 0.4,
                "stubborn": dice.random() < 0.2,
            },
        }

    def _unfinished(self) -> list[object]:
        rows = self.stack.ask(
            "SELECT state::text FROM calypso.jobs WHERE finished_at IS NULL AND NOT control"
        )
        return [row[0] for row in rows]

    def _settle(self) -> None:
        self.faults.mend_all()
        self._due.clear()
        deadline = time.monotonic() + SETTLE_S
        still = False
        while time.monotonic() < deadline:
            self._look_after()
            still = still or stop_schedules(self.stack)
            if self._asked:
                self._submit()
            elif still and not self._unfinished() and self.stack.ask("SELECT 1"):
                return
            time.sleep(0.1)


def main() -> int:
    """0 when all held and every kind of fault hit; 1 otherwise."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--break", dest="guard", choices=GUARDS, default=None)
    given = parser.parse_args()
    if INSIDE not in os.environ and _can_mount():
        os.execvpe(
            "unshare", ["unshare", "-m", sys.executable, "-m", "tests.chaos", *sys.argv[1:]],
            {**os.environ, INSIDE: "1"},
        )  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it mends and ends all the same
    seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="calypso-chaos-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        disk = _disk(folder)
        run = Run(folder, seed, given.guard, disk)
        try:
            wrong, ends = run.go(given.seconds)
        finally:
            run.stack.stop()
            if disk is not None:
                subprocess.run(["umount", "-l", str(disk)], check=False)
        return _report(run, wrong, ends, logs=folder)


def _report(run: Run, wrong: list[str], ends: dict[str, int], logs: Path) -> int:
    for kind in run.faults.kinds:
        print(f"{run.hits[kind]:5} of {run.tries[kind]:3} hit a running job: {kind}")
    for end, count in sorted(ends.items()):
        print(f"{count:5} {end}")
    for kind in run.unhit():
        print(f"NEVER HIT A RUNNING JOB: {kind}")
    for what in wrong:
        print(f"WRONG {what}")
    if wrong and (keep := os.environ.get("CALYPSO_CHAOS_KEEP")):
        subprocess.run(["cp", "-r", str(logs), keep], check=False)
    print(f"{len(run.keys)} jobs, {len(wrong)} things wrong")
    return 1 if wrong or run.unhit() else 0


def _can_mount() -> bool:
    tried = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True, check=False,
    )  # fmt: skip
    if tried.returncode:
        print(f"fill the disk: skipped, since no file system can be mounted here"
              f" ({tried.stderr.decode().strip()})")  # fmt: skip
    return tried.returncode == 0


def _disk(folder: Path) -> Path | None:
    if INSIDE not in os.environ:
        return None
    disk = folder / "postgres"
    disk.mkdir()
    private_disk(disk)
    return disk


if __name__ == "__main__":
    sys.exit(main())
