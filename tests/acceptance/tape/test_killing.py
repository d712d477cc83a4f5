"""A writer that is killed with its worker, again and again, and run again each time."""

import json
import os
import random
import subprocess
import time
from uuid import UUID

from calypso.models.archive import ArchiveState
from tests.acceptance.tape.fresh import scanned
from tests.acceptance.tape.mortal import KeptBooks, keep_books, started
from tests.acceptance.tape.test_reading import read
from tests.acceptance.tape.trees import listed

PART_BYTES = 1 << 20


def start(shelf, path, **params):
    """Run the job in a process of its own."""
    given = {"path": str(path), "pool": "weekly", "drive": shelf.drive, "wait_s": 0} | params
    return started(shelf, "archive_write", **given)


def wait_until_nobody_writes(shelf):
    """Its children die with it; a busy drive would show one that did not."""
    deadline = time.monotonic() + 30
    while shelf.tape.drive(shelf.drive).state == "busy":
        assert time.monotonic() < deadline
        time.sleep(0.01)  # the kernel is ending them


def killed(shelf, path, after_s):
    """Run the job and kill it, unless it ends before."""
    process = start(shelf, path, part_bytes=PART_BYTES)
    try:
        _, err = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        wait_until_nobody_writes(shelf)
        return True
    assert process.returncode == 0, err.decode()
    shelf.note.unlink()  # the next one is another job
    return False


def test_an_archive_whose_writer_is_killed_again_and_again_comes_back_bit_for_bit(
    shelf, big_tree, tmp_path
):
    for number in range(5, shelf.most_cartridges + 1):
        shelf.add(f"A000{number:02}L5")
    keep_books(shelf)
    seed = os.getpid()
    dice, before, kills, most_s = random.Random(seed), {}, 0, shelf.patience_s
    print("seed", seed)

    while kills < shelf.kills:
        if killed(shelf, big_tree, dice.uniform(most_s / 10, most_s)):
            kills += 1
        else:  # it is faster than that here, and each archive that ends takes three cartridges
            most_s = max(shelf.patience_s / 8, most_s * 0.8)
        now = shelf.settled()
        assert before.items() <= now.items(), "something was written over"
        before = now
    out, err = start(shelf, big_tree, part_bytes=PART_BYTES).communicate()

    assert out, err.decode()
    done = json.loads(out)
    shelf.books = KeptBooks(shelf.books.path)
    archive = shelf.books.archive(UUID(done["archive"]))
    assert archive.state is ArchiveState.WHOLE
    assert before.items() <= shelf.settled().items()
    written = [one.barcode for one in shelf.books.media() if one.used_bytes]
    told = scanned(shelf.tape, shelf.drive, shelf.running(), written)
    assert told[archive.id] == list(archive.parts)
    read(shelf, archive.id, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)
