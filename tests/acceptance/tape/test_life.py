"""One archive from its writing, through a death and the loss of the books, until it is restored.

Everything that is done to an archive once, on cartridges that are written once: on an emulated
changer each load takes its time, and CI runs this there.
"""

import time

import pytest

from calypso.models.archive import ArchiveState
from calypso.models.media import MediaPool
from tests.acceptance.tape.mortal import KeptBooks, keep_books
from tests.acceptance.tape.test_killing import start, wait_until_nobody_writes
from tests.acceptance.tape.test_reading import read
from tests.acceptance.tape.trees import listed
from tests.fakes.memory_media import MemoryBooks

MIDDLE_BYTES = 1 << 20
PATIENCE_S = 600
EMULATED_S = 3600  # six minutes, on a machine that has nothing else to do


def die_at_the_second_cartridge(shelf, path):
    """Write, and be killed when a good piece of the second part is on its tape."""
    process = start(shelf, path)
    deadline = time.monotonic() + PATIENCE_S
    while shelf.held_bytes("A00002L5") < MIDDLE_BYTES:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    process.communicate()
    wait_until_nobody_writes(shelf)


@pytest.mark.timeout(EMULATED_S)
@pytest.mark.proves(
    "tape.archive_write", "tape.archive_verify", "tape.media_catalog", "tape.archive_read",
)  # fmt: skip
def test_an_archive_outlives_its_writer_and_its_books(shelf, big_tree, tmp_path):
    keep_books(shelf)
    die_at_the_second_cartridge(shelf, big_tree)
    shelf.books = KeptBooks(shelf.books.path)
    [begun] = shelf.books.archives()
    assert [part.number for part in begun.parts] == [0]

    again = shelf.running(epoch=2, external=(shelf.folder / "note").read_text())
    done = shelf.write(big_tree, again)
    assert done.archive == begun.id
    assert len(done.cartridges) >= 3

    told = shelf.run("archive_verify", archive=done.archive, drive=shelf.drive)
    assert (told.read_bytes, told.cartridges) == (done.bytes, done.cartridges)

    old = shelf.books.archive(done.archive)
    assert old.parts[0] == begun.parts[0]
    shelf.books = MemoryBooks()
    shelf.books.create_pool(MediaPool(name="weekly"))
    for barcode in done.cartridges:
        shelf.run("media_catalog", cartridge=barcode, drive=shelf.drive)
    found = shelf.books.archive(done.archive)
    assert (found.state, found.parts, found.sha256) == (ArchiveState.WHOLE, old.parts, old.sha256)

    read(shelf, done.archive, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)
    one = read(shelf, done.archive, tmp_path / "one", paths=("two\nlines",))
    assert len(one.cartridges) == 1
    assert (tmp_path / "one" / "two\nlines").read_bytes() == b"two\n"
