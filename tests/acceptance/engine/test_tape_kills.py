"""Tape jobs whose workers die by kill -9: what is on record is what is on shelves and tapes."""

import os
import random
import signal
import time
from dataclasses import dataclass

import pytest

from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from calypso.host.scope import tagged
from calypso.models.archive import ArchiveState
from calypso.models.job import State
from tests.acceptance.engine.conftest import NODE, until
from tests.acceptance.tape.fresh import places, scanned, settled
from tests.acceptance.tape.trees import listed
from tests.fakes.running import FakeRunning

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
CARTRIDGE_BYTES, PART_BYTES = 16 << 20, 1 << 20
TREE_BYTES = 2 * CARTRIDGE_BYTES + (4 << 20)
WRITE_KILLS = MOVE_KILLS = 3


@dataclass
class Tape:
    """Workers of the tape, and a look past them at the folders that are the library."""

    stack: object
    pool: object = None

    def begin(self):
        _, self.pool = self.stack.start_workers("tape")
        return self

    @property
    def folder(self):
        return self.stack.settings.state_dir / "tape"

    @property
    def driver(self):
        return FileTape(LocalHost(), self.folder)

    @property
    def books(self):
        return self.stack.ports.media.reading(NODE)

    def kill(self, pause_s):
        """Kill the pool with all its processes, some time from now."""
        time.sleep(pause_s)
        os.killpg(self.pool.pid, signal.SIGKILL)
        self.pool.wait()

    def start_anew(self):
        self.pool = self.stack.start("workers.jobs", "tape")

    def table(self, name):
        return {one["key"]: one for one in self.stack.ports.inventory.page(name, node=NODE)[0]}


@pytest.fixture
def tape(stack):
    return Tape(stack).begin()


@pytest.fixture
def dice():
    seed = os.getpid()
    print("seed", seed)
    return random.Random(seed)


@pytest.fixture
def small(tape):
    """A pool of five small cartridges, in a library of their own."""
    asked = {"name": "small", "slots": 8, "drives": 1, "ie_slots": 2}
    tape.stack.run("tape.vtl_library_create", asked)
    media = {"library": "small", "first": "A00001L5", "count": 5, "capacity_bytes": CARTRIDGE_BYTES}
    made = tape.stack.run("tape.vtl_media_create", media).result["made"]
    tape.stack.run("tape.pool_create", {"pool": "weekly"})
    tape.stack.run("tape.media_assign", {"pool": "weekly", "cartridges": made})
    return tape


@pytest.fixture
def tree(tmp_path):
    """Files enough for three cartridges."""
    top = tmp_path / "tree"
    for number in range(TREE_BYTES >> 19):
        folder = top / f"{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}").write_bytes(os.urandom(1 << 19))
    return top


def begun(tape, job, attempt):
    """Tell whether a job is at an attempt: a kill before its claim would hit nobody."""
    found = tape.stack.job(job)
    return found.state is State.RUNNING and found.attempt == attempt


def parts_on_record(tape):
    return sum(len(one.parts) for one in tape.books.archives())


def test_an_archive_whose_workers_die_while_it_is_written_ends_whole(small, tree, dice, tmp_path):
    [drive] = small.driver.library("small").drives
    asked = {
        "path": str(tree), "pool": "weekly", "drive": drive, "part_bytes": PART_BYTES, "wait_s": 0
    }  # fmt: skip
    job = small.stack.submit("tape.archive_write", asked)
    before = {}
    # Not the last ones: it is to be written on after each kill.
    at_parts = sorted(dice.sample(range(1, TREE_BYTES // PART_BYTES * 3 // 4), WRITE_KILLS))
    for attempt, parts in enumerate(at_parts, start=1):
        until(lambda: begun(small, job, attempt) and parts_on_record(small) >= parts,  # noqa: B023
              what=f"part {parts}")  # fmt: skip
        small.kill(dice.uniform(0, 0.1))
        until(lambda: not tagged(f"{job.id}."), what="the end of its programs")
        now = settled(small.folder)
        assert before.items() <= now.items(), "something was written over"
        before = now
        small.start_anew()

    done = small.stack.wait(job, limit_s=120)

    assert (done.state, done.attempt) == (State.SUCCEEDED, WRITE_KILLS + 1), done.error
    [archive] = small.books.archives()
    assert archive.state is ArchiveState.WHOLE
    assert str(archive.id) == done.result["archive"]
    assert len(archive.barcodes()) >= 3
    restore = {"archive": str(archive.id), "drive": drive, "target": str(tmp_path / "back")}
    small.stack.run("tape.archive_read", restore)
    assert listed(tmp_path / "back") == listed(tree)
    assert before.items() <= settled(small.folder).items()
    looking = FakeRunning(tmp_path, media=small.books)
    assert scanned(small.driver, drive, looking, archive.barcodes()) == {
        archive.id: list(archive.parts)
    }
    for barcode in archive.barcodes():
        told = small.stack.run("tape.media_catalog", {"cartridge": barcode, "drive": drive})
        assert told.warnings == []
    assert small.books.archive(archive.id) == archive


def moves(tape):
    """Move five cartridges about: the last job, and where each cartridge is then."""
    shelf = {"library": "shelf"}
    asked = [
        ("changer_load", {"cartridge": "CAL001L8", "drive": "shelf-0"}),
        ("changer_transfer", {"cartridge": "CAL002L8", "target": 7}),
        ("changer_export", {"cartridge": "CAL003L8", "ie_slot": 9}),
        ("changer_transfer", {"cartridge": "CAL004L8", "target": 2}),
        ("changer_unload", {"drive": "shelf-0", "slot": 8}),
        ("changer_transfer", {"cartridge": "CAL001L8", "target": 1}),
        ("changer_transfer", {"cartridge": "CAL004L8", "target": 4}),
        ("changer_transfer", {"cartridge": "CAL003L8", "target": 3}),
        ("changer_transfer", {"cartridge": "CAL002L8", "target": 2}),
    ]
    jobs = []
    for verb, params in asked:
        after = [jobs[-1].id] if jobs else []
        jobs.append(tape.stack.submit(f"tape.{verb}", shelf | params, after=after))
    return jobs


def test_moves_whose_workers_die_are_done_again_and_lose_no_cartridge(tape, dice):
    home = places(tape.driver, "shelf")
    for _ in range(MOVE_KILLS):
        jobs = moves(tape)
        last = dice.choice(jobs)
        until(lambda: tape.stack.job(last).state is not State.WAITING, what="a move")  # noqa: B023
        tape.kill(dice.uniform(0, 0.05))
        assert places(tape.driver, "shelf").keys() == home.keys()

        tape.start_anew()

        assert {tape.stack.wait(job).state for job in jobs} == {State.SUCCEEDED}
        assert places(tape.driver, "shelf") == home
    until(
        lambda: {
            key: row["barcode"] for key, row in tape.table("tape/slots").items() if row["barcode"]
        } == {f"shelf/{place.replace(' ', '-')}": one for one, place in home.items()},
        what="a table that is a fresh look",
    )  # fmt: skip
