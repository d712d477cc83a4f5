"""A writer that is killed with its worker, ten times, and run again each time."""

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from uuid import UUID

from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._scanning import Scan
from calypso.models.archive import ArchiveState
from tests.acceptance.tape.mortal import KeptBooks
from tests.acceptance.tape.test_reading import read
from tests.acceptance.tape.trees import listed

KILLS = 10
PART_BYTES = 1 << 20


def start(shelf, path):
    """Run the job in a process of its own."""
    params = {
        "path": str(path), "pool": "weekly", "drive": shelf.drive, "wait_s": 0,
        "part_bytes": PART_BYTES,
    }  # fmt: skip
    told = (shelf.state, shelf.books.path, shelf.folder / "note", "archive_write")
    argv = [sys.executable, "-m", "tests.acceptance.tape.mortal", *map(str, told)]
    return subprocess.Popen(
        [*argv, json.dumps(params)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def settled(shelf):
    """Digests of every tape file that has its mark; what they are must not change any more."""
    return {
        (path.parent.name, path.name): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shelf.state.glob("*/*/*/[0-9]*")
        if path.suffix != ".open"
    }


def wait_until_nobody_writes(shelf):
    """Its children die with it; a busy drive would show one that did not."""
    deadline = time.monotonic() + 30
    while shelf.tape.drive(shelf.drive).state == "busy":
        assert time.monotonic() < deadline
        time.sleep(0.01)  # the kernel is ending them


def scanned(shelf, barcodes):
    """What the tapes alone tell: the good parts of each archive."""
    contents = []
    for barcode in barcodes:
        bay = Bay(shelf.tape, shelf.drive, shelf.running())
        bay.bring(barcode)
        assert bay.look().label.id == shelf.books.medium(barcode).label
        contents.append(Scan(bay, barcode, shelf.running(), timeout_s=60).run())
    good = {}
    for content in contents:
        for archive, parts in content.confirmed(contents).items():
            good.setdefault(archive, {}).update({part.number: part for part in parts})
    return {archive: [parts[n] for n in sorted(parts)] for archive, parts in good.items()}


def kept_on_disk(shelf, path):
    """Go on with books that outlive a process."""
    told = {key: value for key, value in shelf.books.__dict__.items() if key != "_fence"}
    shelf.books = KeptBooks(path)
    shelf.books.__dict__.update(told)
    shelf.books.keep()


def killed(shelf, path, after_s):
    """Run the job and kill it, unless it ends before."""
    process = start(shelf, path)
    try:
        _, err = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        wait_until_nobody_writes(shelf)
        return True
    assert process.returncode == 0, err.decode()
    (shelf.folder / "note").unlink()  # the next one is another job
    return False


def test_an_archive_whose_writer_is_killed_ten_times_comes_back_bit_for_bit(
    shelf, big_tree, tmp_path
):
    for number in range(5, 37):
        shelf.add(f"A000{number:02}L5")
    kept_on_disk(shelf, tmp_path / "books")
    seed = os.getpid()
    dice, before, kills, most_s = random.Random(seed), {}, 0, 3.0
    print("seed", seed)

    while kills < KILLS:
        if killed(shelf, big_tree, dice.uniform(0.3, most_s)):
            kills += 1
        else:  # it is faster than that here, and each archive that ends takes three cartridges
            most_s = max(0.4, most_s * 0.8)
        now = settled(shelf)
        assert before.items() <= now.items(), "something was written over"
        before = now
    out, err = start(shelf, big_tree).communicate()

    assert out, err.decode()
    done = json.loads(out)
    shelf.books = KeptBooks(tmp_path / "books")
    archive = shelf.books.archive(UUID(done["archive"]))
    assert archive.state is ArchiveState.WHOLE
    assert before.items() <= settled(shelf).items()
    written = [one.barcode for one in shelf.books.media() if one.used_bytes]
    assert scanned(shelf, written)[archive.id] == list(archive.parts)
    read(shelf, archive.id, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)
