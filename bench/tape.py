"""`python -m bench.tape`: what an archive costs beside `tar | dd` to the same disk.

Ours is the job: labels, headers, file marks, digests, the list of files, all of it flushed to the
disk at each mark. Theirs is one file, flushed at its end.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from bench import report
from bench.findings import Row, at_least
from bench.plan import Plan, in_turns
from calypso import jobs
from calypso.drivers.tape import CartridgeSpec, LibrarySpec
from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from calypso.models.media import CartridgeKind, MediaPool
from tests.fakes.memory_media import MemoryBooks
from tests.fakes.running import FakeRunning

PAGE = Path(__file__).with_name("TAPE.md")
TYPES = jobs.load()
ROUNDS = 5
SIZE_BYTES, FILE_BYTES = 1 << 30, 16 << 20
CARTRIDGE_BYTES = 4 << 30
SMALL_FILES = 10_000
TIMEOUT_S = 1800.0
HEAD = """# Measured on a tape library in a directory

Made by `make bench-tape` on {cpus} cores, {date}; {rounds} rounds, the contestants in turns. A
ratio is ours divided by theirs in the same round; each number is the median over the rounds.
"""


class Ground:
    """A tree of one gigabyte and one of small files, and a library on the same disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.books = folder, MemoryBooks()
        self.large, self.small = folder / "large", folder / "small"
        for number in range(SIZE_BYTES // FILE_BYTES):
            _write(self.large / f"{number}", os.urandom(FILE_BYTES))
        for number in range(SMALL_FILES):
            _write(self.small / f"{number % 100}" / f"{number}", os.urandom(1000))
        self.tape = FileTape(LocalHost(), folder / "state")
        self.tape.create_library(LibrarySpec(name="shelf", slots=2, drives=1))
        self.drive = self.tape.library("shelf").drives[0]
        self.books.create_pool(MediaPool(name="bench"))
        self.count = 0

    def ours(self, tree: Path) -> float:
        """Archive a tree to a blank cartridge; returns seconds."""
        self.count += 1
        barcode = f"B{self.count:05}L8"
        spec = CartridgeSpec(barcode=barcode, capacity_bytes=CARTRIDGE_BYTES)
        self.tape.create_cartridge("shelf", spec)
        self.books.assign(barcode, "bench", kind=CartridgeKind.DATA, library="shelf")
        took = _timed(lambda: self._run("archive_write", path=str(tree), pool="bench", wait_s=0))
        self._clear(barcode)
        return took

    def theirs(self, tree: Path) -> float:
        """Let tar write the same to a file; returns seconds."""
        to = self.folder / "bare.tar"
        stages = [
            ("tar", "-c", "--format=posix", "-C", str(tree), "."),
            ("dd", f"of={to}", "bs=256k", "iflag=fullblock", "conv=fsync", "status=none"),
        ]
        took = _timed(lambda: self.tape.host.pipe(stages, timeout_s=TIMEOUT_S))
        to.unlink()
        return took

    def _run(self, verb: str, **params: object) -> None:
        with tempfile.TemporaryDirectory() as private:
            running = FakeRunning(private, media=self.books)
            running.job_id = str(UUID(int=self.count))
            job_type = TYPES[f"tape.{verb}"]
            job_type.run(job_type.params(drive=self.drive, **params), self.tape, running)

    def _clear(self, barcode: str) -> None:
        self.tape.unload("shelf", self.drive, 1)
        self.tape.delete_cartridge(barcode)
        self.books.give_up(barcode)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _timed(act: Callable[[], object]) -> float:
    os.sync()
    began = time.monotonic()
    act()
    return time.monotonic() - began


def archive(ground: Ground, plan: Plan) -> Row:
    """Measure writing a gigabyte."""
    row = Row(f"Archive {SIZE_BYTES >> 30} GiB in files of {FILE_BYTES >> 20} MiB")
    return _measured(row, ground, ground.large, plan, size=SIZE_BYTES)


def many(ground: Ground, plan: Plan) -> Row:
    """Measure many small files: each is put on record."""
    row = Row(f"Archive {SMALL_FILES:,} files of 1,000 bytes")
    return _measured(row, ground, ground.small, plan, size=SMALL_FILES * 1000)


def _measured(row: Row, ground: Ground, tree: Path, plan: Plan, *, size: int) -> Row:
    acts = {"ours": partial(ground.ours, tree), "bare": partial(ground.theirs, tree)}
    found = {
        who: [size / 1e6 / took for took in times] for who, times in in_turns(plan, acts).items()
    }
    goal = at_least(0.7) if tree == ground.large else None
    row.add_ratio("throughput against `tar | dd`", found["ours"], found["bare"], goal=goal)
    for who, rates in found.items():
        row.add(who, rates, "MB/s")
    return row


def main() -> int:
    """Measure both and write the page."""
    folder = Path(tempfile.mkdtemp(prefix="calypso-bench-", dir=os.environ.get("BENCH_DIR")))
    try:
        ground, plan = Ground(folder), Plan(rounds=ROUNDS)
        rows = [archive(ground, plan), many(ground, plan)]
    finally:
        shutil.rmtree(folder)
    date = datetime.now(UTC).date().isoformat()
    head = HEAD.format(cpus=os.cpu_count(), date=date, rounds=ROUNDS)
    PAGE.write_text("\n".join([head, *report.tables(rows)]), encoding="utf-8")
    print("\n".join(report.summary(row) for row in rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
