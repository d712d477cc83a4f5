"""A library in a directory with small cartridges, books in memory, and trees to archive."""

import os
from uuid import UUID

import pytest

from calypso import jobs
from calypso.drivers.tape import CartridgeKind, CartridgeSpec, LibrarySpec
from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from calypso.models.media import MediaPool
from tests.fakes.memory_media import MemoryBooks
from tests.fakes.running import FakeRunning

CARTRIDGE_BYTES = 4 << 20
SLOTS = 40
IE_SLOT = SLOTS + 1  # the first one
TYPES = jobs.load()
JOB = str(UUID(int=17))


class Shelf:
    """The library, its books, and a way to run jobs on both."""

    def __init__(self, folder, count, books=None):
        self.folder, self.state = folder, folder / "state"
        self.tape, self.books = FileTape(LocalHost(), self.state), books or MemoryBooks()
        self.tape.create_library(LibrarySpec(name="shelf", slots=SLOTS, drives=2, ie_slots=2))
        self.drive, self.other_drive = self.tape.library("shelf").drives
        self.books.create_pool(MediaPool(name="weekly"))
        for number in range(1, count + 1):
            self.add(f"A0000{number}L5")

    def add(self, barcode, *, kind=CartridgeKind.DATA, pool="weekly", size=CARTRIDGE_BYTES):
        """Put a blank cartridge into the library and on record."""
        self.tape.create_cartridge(
            "shelf", CartridgeSpec(barcode=barcode, kind=kind, capacity_bytes=size)
        )
        self.books.assign(barcode, pool, kind=kind, library="shelf", capacity_bytes=size)

    def running(self, **said):
        """A running job on these books."""
        private = self.folder / "private"
        private.mkdir(exist_ok=True)
        running = FakeRunning(private, media=self.books, **said)
        running.job_id = JOB
        return running

    def run(self, verb, running=None, /, *, host=None, **params):
        """Run a job type of the tape subsystem."""
        job_type = TYPES[f"tape.{verb}"]
        tape = self.tape if host is None else FileTape(host, self.state)
        return job_type.run(job_type.params(**params), tape, running or self.running())

    def write(self, path, running=None, **params):
        """Archive a directory to the pool."""
        given = {"path": str(path), "pool": "weekly", "drive": self.drive, "wait_s": 0} | params
        return self.run("archive_write", running, **given)

    def files(self, barcode):
        """The tape files of a cartridge, wherever it is, as paths."""
        return sorted(self.state.glob(f"*/*/{barcode}/[0-9]*"))


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path, count=4)


@pytest.fixture
def tree(tmp_path):
    """A directory with names and kinds of files that are hard to archive."""
    top = tmp_path / "tree"
    (top / "deep" / "er").mkdir(parents=True)
    (top / "plain").write_bytes(b"plain\n")
    (top / "two\nlines").write_bytes(b"two\n")
    (top / os.fsdecode(b"not-\xff-utf8")).write_bytes(b"bytes\n")
    (top / "ünïcode ✓").write_bytes(b"unicode\n")
    (top / "-rf").write_bytes(b"dash\n")
    (top / "deep" / ("long" * 60)).write_bytes(b"long\n")
    (top / "deep" / "er" / "link").symlink_to("../../plain")
    (top / "deep" / "er" / "twin").hardlink_to(top / "plain")
    (top / "empty").mkdir()
    os.utime(top / "plain", ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    return top


@pytest.fixture
def big_tree(tree):
    """The same with data enough for three cartridges."""
    for number in range(9):
        (tree / f"data{number}").write_bytes(os.urandom((1 << 20) + number))
    return tree
