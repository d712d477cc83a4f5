"""Archives are written over cartridges, and the books tell what is where."""

import hashlib
import os
import subprocess
import threading
import time

import pytest

from calypso.drivers.tape import CartridgeKind, EndOfMedium
from calypso.drivers.tape.ends.saying import EVERY_S
from calypso.errors import JobCancelled, JobFenced
from calypso.host.stopping import Stop, StopSignal
from calypso.jobs.tape._source import SourceMissing
from calypso.models.archive import ArchiveState
from calypso.models.media import MediaPool
from calypso.models.media_refusals import NoMediaFits
from tests.acceptance.tape.shelves import CARTRIDGE_BYTES, TapeFile
from tests.acceptance.tape.test_reading import read
from tests.acceptance.tape.trees import listed
from tests.fakes.memory_media import MemoryBooks
from tests.fakes.running import FakeRunning


def test_an_archive_spans_cartridges_and_the_books_tell_its_parts(shelf, big_tree):
    done = shelf.write(big_tree)

    archive = shelf.books.archive(done.archive)
    assert archive.state is ArchiveState.WHOLE
    assert len(done.cartridges) == 3
    joined = hashlib.sha256()
    on_tape = {barcode: shelf.files(barcode) for barcode in done.cartridges}
    for part in archive.parts:
        data = on_tape[part.barcode][part.file].data
        assert hashlib.sha256(data).hexdigest() == part.sha256
        joined.update(data)
    assert joined.hexdigest() == archive.sha256 == done.sha256


def test_gnu_tar_alone_restores_an_archive(shelf, big_tree, tmp_path):
    """As docs/archives.md says: the parts behind their headers, joined, are a tar archive."""
    done = shelf.write(big_tree)
    files = [file.data for barcode in done.cartridges for file in shelf.files(barcode)]
    joined = b"".join(data for data in files if b"calypso-" not in data[:100])
    back = tmp_path / "back"
    back.mkdir()

    take = ["tar", "--extract", "--acls", "--xattrs", "--xattrs-include=*", "-C", back]
    subprocess.run(take, input=joined, check=True)

    assert listed(back) == listed(big_tree)


@pytest.mark.proves("tape.archive_write")
def test_gnu_tar_alone_unpacks_an_archive_of_one_part_from_its_tape(shelf, tree, tmp_path):
    done = shelf.write(tree)

    assert shelf.untarred(done.cartridges[0], 2, tmp_path / "back") == listed(tree)


def test_every_header_says_with_tar_alone_what_comes_next(shelf, tree):
    done = shelf.write(tree)

    told = [
        subprocess.run(
            ["tar", "-tf", "-"], input=file.data, check=True, capture_output=True
        ).stdout.split(b"\n")[0]
        for file in shelf.files(done.cartridges[0])
    ]  # fmt: skip
    assert told[:2] == [b"calypso-label.json", b"calypso-part.json"]
    assert told[3] == b"calypso-archive.json"


def test_a_second_archive_is_written_behind_the_first(shelf, tree):
    shelf.write(tree)
    before = shelf.files("A00001L5")

    done = shelf.write(tree)

    assert done.cartridges == ["A00001L5"]
    after = shelf.files("A00001L5")
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3


def test_what_is_excluded_is_not_archived(shelf, tree, tmp_path):
    done = shelf.write(tree, exclude=("./deep/er",))

    read(shelf, done.archive, tmp_path / "back")
    assert not (tmp_path / "back" / "deep" / "er").exists()
    assert (tmp_path / "back" / "plain").exists()


class Watched(FakeRunning):
    """Does something when a phase begins."""

    acts = ()

    def report(self, **told):
        super().report(**told)
        for phase, act in self.acts:
            if (told.get("phase") or "").startswith(phase):
                act()


def watched(shelf, *acts, **said):
    running = Watched(shelf.folder / "private", media=shelf.books, **said)
    running.job_id, running.acts = shelf.running().job_id, acts
    return running


def test_a_file_that_vanishes_while_it_is_read_is_a_warning(shelf, big_tree):
    (big_tree / "zz").write_bytes(b"gone soon")
    running = watched(shelf, ("writing part 1 ", (big_tree / "zz").unlink))

    done = shelf.write(big_tree, running)

    assert [one for one in running.warnings if "zz: File removed before we read it" in one[1]]
    assert shelf.books.archive(done.archive).state is ArchiveState.WHOLE
    assert shelf.books.file(done.archive, "zz") is None


def test_a_source_that_is_not_there_is_named_before_any_tape_moves(shelf, tmp_path):
    with pytest.raises(SourceMissing, match="nowhere is no directory"):
        shelf.write(tmp_path / "nowhere")
    assert shelf.tape.drive(shelf.drive).state == "empty"


def test_no_cartridge_left_is_said_and_the_archive_is_called_broken(shelf, big_tree):
    for barcode in ("A00003L5", "A00004L5"):
        shelf.edit(barcode, is_write_protected=True)

    with pytest.raises(NoMediaFits, match="A00003L5: is write-protected"):
        shelf.write(big_tree)
    [archive] = shelf.books.archives()
    assert archive.state is ArchiveState.BROKEN
    assert shelf.files("A00003L5") == []


def test_a_cartridge_that_comes_while_it_waits_is_used(shelf, big_tree):
    for barcode in ("A00003L5", "A00004L5"):
        shelf.edit(barcode, is_write_protected=True)
    running = watched(shelf, ("waiting for a cartridge", lambda: shelf.add("A00009L5")))

    done = shelf.write(big_tree, running, wait_s=3600)

    assert done.cartridges[-1] == "A00009L5"


def test_what_is_written_once_is_added_to_and_never_written_over(shelf, tree, tmp_path):
    shelf.books.create_pool(MediaPool(name="forever", is_worm=True))
    shelf.add("W00001LT", kind=CartridgeKind.WORM, pool="forever")
    shelf.write(tree, pool="forever")
    before = shelf.files("W00001LT")

    done = shelf.write(tree, pool="forever")

    assert shelf.files("W00001LT")[: len(before)] == before
    read(shelf, done.archive, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(tree)


def test_a_cancel_leaves_marked_files_a_rewound_tape_and_no_good_archive(shelf, big_tree):
    signal = StopSignal()
    running = watched(
        shelf, ("writing part 4", lambda: signal.request(Stop.CANCELLED)), stop=signal
    )

    with pytest.raises(JobCancelled, match="until their set expires"):
        shelf.run(
            "archive_write", running, tape=shelf.opened(stop=signal, grace_s=30),
            path=str(big_tree), pool="weekly", drive=shelf.drive, part_bytes=1 << 20,
        )  # fmt: skip

    [archive] = shelf.books.archives()
    assert archive.state is ArchiveState.BROKEN
    assert shelf.tape.drive(shelf.drive).is_at_start
    written = [file for one in archive.barcodes() for file in shelf.files(one)]
    assert all(file.is_marked for file in written)
    assert len(archive.parts) == 3


def lose(running):
    """End a run as one ends whose job was given to another: nothing is tidied up or noted."""

    def fenced():
        raise JobFenced("Another run owns this job now.")

    running.acts = (("writing part 5", fenced),)


def test_a_lost_run_is_gone_on_with_where_it_was(shelf, big_tree, tmp_path):
    running = watched(shelf)
    lose(running)
    with pytest.raises(JobFenced):
        shelf.write(big_tree, running, part_bytes=1 << 20)
    before = shelf.books.archives()[0].parts

    done = shelf.write(
        big_tree, shelf.running(epoch=2, external=running.external), part_bytes=1 << 20
    )

    assert str(done.archive) == running.external
    assert shelf.books.archive(done.archive).parts[:4] == before
    read(shelf, done.archive, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)


def test_what_a_lost_run_has_half_written_is_closed_and_not_gone_on_with(shelf, big_tree, tmp_path):
    running = watched(shelf)
    lose(running)
    with pytest.raises(JobFenced):
        shelf.write(big_tree, running, part_bytes=1 << 20)
    barcode = shelf.tape.drive(shelf.drive).barcode
    half = b"half" * (1 << 17)
    torn = shelf.tear(half)

    done = shelf.write(
        big_tree, shelf.running(epoch=2, external=running.external), part_bytes=1 << 20
    )

    assert shelf.files(barcode)[torn] == TapeFile(half)
    parts = shelf.books.archive(done.archive).parts
    told = shelf.run("media_catalog", cartridge=barcode, drive=shelf.drive)
    assert told.parts + told.unconfirmed == sum(part.barcode == barcode for part in parts)
    read(shelf, done.archive, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)


def test_books_lost_after_a_run_was_lost_are_made_again_with_every_file(shelf, big_tree):
    """The run that goes on tells on the tape where within a file its first part begins."""
    running = watched(shelf)
    lose(running)
    with pytest.raises(JobFenced):
        shelf.write(big_tree, running, part_bytes=1 << 20)
    again = shelf.running(epoch=2, external=running.external)
    done = shelf.write(big_tree, again, part_bytes=1 << 20)
    files = shelf.books.files(done.archive)
    shelf.books = MemoryBooks()
    shelf.books.create_pool(MediaPool(name="weekly"))

    for barcode in done.cartridges:
        shelf.run("media_catalog", cartridge=barcode, drive=shelf.drive)

    assert shelf.books.archive(done.archive).state is ArchiveState.WHOLE
    assert shelf.books.files(done.archive) == files


def test_a_lost_run_whose_source_has_changed_begins_anew(shelf, big_tree, tmp_path):
    running = watched(shelf)
    lose(running)
    with pytest.raises(JobFenced):
        shelf.write(big_tree, running, part_bytes=1 << 20)
    (big_tree / "data0").write_bytes(os.urandom(1 << 20))
    again = shelf.running(epoch=2, external=running.external)

    done = shelf.write(big_tree, again, part_bytes=1 << 20)

    assert str(done.archive) != running.external
    assert again.warnings[0][0] == "source_changed"
    states = {str(one.id): one.state for one in shelf.books.archives()}
    assert states[running.external] is ArchiveState.BROKEN
    read(shelf, done.archive, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)


def test_a_cartridge_too_small_for_its_label_is_full_and_not_half_used(shelf, tree):
    shelf.edit("A00001L5", capacity_bytes=4096)

    with pytest.raises(EndOfMedium):
        shelf.run("media_label", cartridge="A00001L5", pool="weekly", drive=shelf.drive)


def test_progress_is_told_in_bytes_of_the_whole_archive(shelf, big_tree):
    running, threads = shelf.running(), set(threading.enumerate())
    shelf.write(big_tree, running, part_bytes=1 << 20)

    told = [one["done"] for one in running.reports if one.get("unit") == "bytes"]
    assert told == sorted(told)
    assert told[-1] > 2 * CARTRIDGE_BYTES
    assert set(threading.enumerate()) <= threads


class Slow(FakeRunning):
    """Takes its time before each part, so that the program at the tape says how far it is."""

    def report(self, **told):
        super().report(**told)
        if (told.get("phase") or "").startswith(("writing part", "reading part")):
            time.sleep(EVERY_S)


def test_how_far_it_is_is_progress_and_stands_in_no_log(shelf, big_tree):
    logged = []
    tape = shelf.opened(on_log=logged.append)
    slow = [Slow(shelf.running().secrets_path, media=shelf.books) for _ in range(2)]
    slow[0].job_id = slow[1].job_id = shelf.running().job_id

    done = shelf.run(
        "archive_write", slow[0], tape=tape, path=str(big_tree), pool="weekly", drive=shelf.drive
    )
    shelf.run("archive_verify", slow[1], tape=tape, archive=done.archive, drive=shelf.drive)

    for running in slow:
        said = [one for one in running.reports if one.get("unit") == "bytes" and "phase" not in one]
        assert said
    assert [line for line in logged if "end\t" in line]
    assert not [line for line in logged if line.startswith(("  bytes\t", "  part\t", "  ready\t"))]
    assert max(map(len, (line for line in logged if line.startswith("  ")))) < 600
