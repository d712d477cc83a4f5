"""`python -m bench.backup`: what a backup costs as a job, beside the same run from a bare console.

Ours is a submit, a worker and the run until its end is on record. Theirs is `run` and `wait` of the
director's console, over the same wire. The client reads at a limited rate, as one far away does.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from pydantic import SecretStr

from bench import report
from bench.findings import Row, at_most
from bench.ground import ground
from bench.plan import Plan, in_turns
from calypso.drivers.backup.bacula.session import Director, session
from calypso.embedded.bacula import EmbeddedBacula
from calypso.embedded.bacula_layout import CLIENT, POOL, STORAGE, Layout, resources
from calypso.models.backup_config import BackupConfig, FilesetResource
from calypso.models.backup_job import JobLevel, JobResource
from calypso.store.migrate import upgrade
from tests.acceptance.engine.conftest import Stack
from tests.bacula import kept

PAGE = Path(__file__).with_name("BACKUP.md")
ROUNDS = 5
SMALL_MIB, LARGE_MIB = 8, 80
RATE_BYTES_PER_S = 4_000_000
WAIT_S = 600.0
HEAD = """# Measured on Bacula

Made by `make bench-backup` on {cpus} cores, {date}; {rounds} rounds, the contestants in turns,
load {load:.1f} at the start and {after:.1f} at the end. Full backups of a client limited to
{rate:g} MB/s, by the director of docs/backup-embedded.md. Ours: from the submit until the job has
ended, through a worker. Bare: `run` and `wait` in one talk with the director. Each number is the
median over the rounds.
"""


class Console:
    """The director's console, and workers for the same director."""

    def __init__(self, director: Director, stack: Stack) -> None:
        self._director, self._stack = director, stack

    def ours(self, job: str) -> float:
        """Return how many seconds the job took."""
        began = time.monotonic()
        self._stack.run("backup.job_run", {"job": job, "level": "full"})
        return time.monotonic() - began

    def bare(self, job: str) -> float:
        """Return how many seconds the console took; a run that failed ends the benchmark."""
        began = time.monotonic()
        with session(self._director) as talk:
            said = talk.ask(f'run job="{job}" level=Full yes').text
            run_id = said.rpartition("JobId=")[2].strip()
            said = talk.ask(f"wait jobid={run_id}", timeout_s=WAIT_S).text
        took = time.monotonic() - began
        if "JobStatus=OK" not in said and "(T)" not in said:
            raise SystemExit(f"run {run_id}: {said}")
        return took


def jobs_of(layout: Layout, folder: Path) -> BackupConfig:
    """Return the embedded resources with a job for each size."""
    own = resources(layout)
    sizes = [f"{size} MiB" for size in (SMALL_MIB, LARGE_MIB)]
    jobs = [
        JobResource(
            name=size, client=CLIENT, fileset=size, storage=STORAGE, pool=POOL,
            level=JobLevel.FULL, max_bytes_per_s=RATE_BYTES_PER_S,
        )
        for size in sizes
    ]  # fmt: skip
    filesets = [FilesetResource(name=size, include=(str(folder / size),)) for size in sizes]
    return own.model_copy(
        update={"jobs": (*own.jobs, *jobs), "filesets": (*own.filesets, *filesets)}
    )


@contextmanager
def contestants() -> Iterator[Console]:
    """Start everything; end it all."""
    with ground() as here, tempfile.TemporaryDirectory(prefix="calypso-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for size in (SMALL_MIB, LARGE_MIB):
            (folder / f"{size} MiB").write_bytes(os.urandom(size << 20))
        bacula = EmbeddedBacula(
            folder / "bacula",
            logs=folder / "logs",
            kept=kept(),
            config=partial(jobs_of, folder=folder),
        )
        settings = bacula.start(here.postgres.url("postgres"))
        database = here.database()
        upgrade(database)
        stack = Stack(folder, database, here.redis(1), settings)
        try:
            stack.start_workers("backup")
            yield Console(_director(settings), stack)
        finally:
            stack.stop()
            bacula.stop()


def _director(settings: Mapping[str, str]) -> Director:
    password = SecretStr(settings["CALYPSO_BACULA_PASSWORD"])
    return Director.at(settings["CALYPSO_BACULA_DIRECTOR"], password)


def measured(console: Console, plan: Plan) -> Row:
    """Measure both sizes: what a job costs at all, and by the byte."""
    row = Row(f"Back up {SMALL_MIB} MiB and {LARGE_MIB} MiB")
    acts: dict[str, Callable[[], float]] = {
        f"{who} {size}": partial(act, f"{size} MiB")
        for who, act in (("ours", console.ours), ("bare", console.bare))
        for size in (SMALL_MIB, LARGE_MIB)
    }
    found = in_turns(plan, acts)
    more = {
        size: [a - b for a, b in zip(found[f"ours {size}"], found[f"bare {size}"], strict=True)]
        for size in (SMALL_MIB, LARGE_MIB)
    }
    slope = {
        who: median(found[f"{who} {LARGE_MIB}"]) - median(found[f"{who} {SMALL_MIB}"])
        for who in ("ours", "bare")
    }
    row.add("more than the console, the small one", more[SMALL_MIB], "s", goal=at_most(3))
    row.add("more than the console, the large one", more[LARGE_MIB], "s", goal=at_most(3))
    row.add("slope against the console", [slope["ours"] / slope["bare"]], "×", goal=at_most(1.05))
    for name, took in found.items():
        row.add(f"{name} MiB", took, "s")
    return row


def main() -> int:
    """Measure and write the page."""
    load = os.getloadavg()[0]
    with contestants() as console:
        row = measured(console, Plan(rounds=ROUNDS))
    head = HEAD.format(
        cpus=os.cpu_count(),
        date=datetime.now(UTC).date().isoformat(),
        rounds=ROUNDS,
        load=load,
        after=os.getloadavg()[0],
        rate=RATE_BYTES_PER_S / 1e6,
    )
    PAGE.write_text("\n".join([head, *report.tables([row])]), encoding="utf-8")
    print(report.summary(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
