"""What is on tapes is verified, copied, and put on record again."""

import pytest
from pydantic import ValidationError

from calypso.jobs.tape._labels import MediumForeign
from calypso.jobs.tape._reading import ArchiveDamaged
from calypso.jobs.tape.media_verify import sample
from calypso.models.archive import ArchiveState
from calypso.models.media import MediaPool
from tests.acceptance.tape.test_reading import read
from tests.acceptance.tape.trees import listed
from tests.fakes.memory_media import MemoryBooks


def test_an_archive_that_is_sound_is_verified(shelf, big_tree):
    done = shelf.write(big_tree)

    told = shelf.run("archive_verify", archive=done.archive, drive=shelf.drive)

    assert (told.read_bytes, told.cartridges) == (done.bytes, done.cartridges)


def test_a_byte_that_turned_is_found(shelf, big_tree):
    done = shelf.write(big_tree)
    part = shelf.books.archive(done.archive).parts[1]
    shelf.spoil(part)

    with pytest.raises(ArchiveDamaged, match=f"file {part.file} of {part.barcode}"):
        shelf.run("archive_verify", archive=done.archive, drive=shelf.drive)
    with pytest.raises(ArchiveDamaged):
        shelf.run("media_verify", cartridge=part.barcode, drive=shelf.drive)


def test_a_cartridge_is_verified_with_all_archives_on_it(shelf, tree):
    for _ in range(2):
        shelf.write(tree, part_bytes=1 << 20)

    told = shelf.run("media_verify", cartridge="A00001L5", drive=shelf.drive)

    archives = shelf.books.archives()
    assert told.parts == told.of_parts == sum(len(one.parts) for one in archives) == 2
    assert told.read_bytes == told.of_bytes == sum(one.size_bytes for one in archives)


def on_first(shelf):
    """The parts of all archives on the first cartridge, in the order of the tape."""
    found = [part for one in shelf.books.archives(barcode="A00001L5") for part in one.parts]
    return sorted((one for one in found if one.barcode == "A00001L5"), key=lambda one: one.file)


def test_a_share_of_a_cartridge_is_read_and_nothing_else(shelf, big_tree):
    shelf.tape.edit_cartridge("A00001L5", capacity_bytes=40 << 20)
    for _ in range(2):
        shelf.write(big_tree, part_bytes=1 << 20)
    there = on_first(shelf)
    drawn = sample(there, 40, seed=shelf.running().job_id)
    assert 1 < len(drawn) < len(there)
    for part in there:
        if part not in drawn:
            shelf.spoil(part)

    told = shelf.run("media_verify", cartridge="A00001L5", drive=shelf.drive, sample_percent=40)

    assert (told.parts, told.of_parts) == (len(drawn), len(there))
    assert told.read_bytes == sum(one.size_bytes for one in drawn)
    assert told.of_bytes == sum(one.size_bytes for one in there)


def test_a_byte_that_turned_in_what_is_drawn_is_found(shelf, big_tree):
    shelf.write(big_tree, part_bytes=1 << 20)
    [drawn] = sample(on_first(shelf), 1, seed=shelf.running().job_id)
    shelf.spoil(drawn)

    with pytest.raises(ArchiveDamaged, match=f"file {drawn.file} of A00001L5"):
        shelf.run("media_verify", cartridge="A00001L5", drive=shelf.drive, sample_percent=1)


@pytest.mark.parametrize("percent", [0, 101])
def test_a_share_that_is_none_is_refused_at_the_door(shelf, percent):
    with pytest.raises(ValidationError):
        shelf.run("media_verify", cartridge="A00001L5", drive=shelf.drive, sample_percent=percent)


def test_a_cartridge_that_was_exchanged_is_not_called_good(shelf, tree):
    shelf.write(tree)
    shelf.wipe("A00001L5")

    with pytest.raises(MediumForeign, match="lacks the label"):
        shelf.run("media_verify", cartridge="A00001L5", drive=shelf.drive)


def test_lost_books_are_made_again_from_the_tapes(shelf, big_tree, tmp_path):
    done = shelf.write(big_tree, part_bytes=1 << 20)
    before = shelf.books
    shelf.books = MemoryBooks()
    shelf.books.create_pool(MediaPool(name="weekly"))

    for barcode in done.cartridges:
        shelf.run("media_catalog", cartridge=barcode, drive=shelf.drive)

    archive, old = shelf.books.archive(done.archive), before.archive(done.archive)
    assert archive.state is ArchiveState.WHOLE
    assert (archive.parts, archive.sha256) == (old.parts, old.sha256)
    assert shelf.books.files(archive.id) == before.files(archive.id)
    assert {one.media_set.id for one in shelf.books.media()} == {archive.set_id}
    read(shelf, archive.id, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)


def test_what_the_books_tell_is_not_changed_by_a_tape_that_agrees(shelf, tree):
    done = shelf.write(tree)
    before = shelf.books.archive(done.archive)
    running = shelf.running()

    told = shelf.run("media_catalog", running, cartridge="A00001L5", drive=shelf.drive)

    assert (told.parts, told.unconfirmed, running.warnings) == (1, 0, [])
    assert shelf.books.archive(done.archive) == before


def test_a_cartridge_is_copied_to_another_pool(shelf, big_tree, tmp_path):
    done = shelf.write(big_tree)
    shelf.books.create_pool(MediaPool(name="offsite"))
    for number in (5, 6, 7):
        shelf.add(f"A0000{number}L5", pool="offsite")

    told = shelf.run(
        "media_copy", cartridge=done.cartridges[0], pool="offsite", drive=shelf.drive,
        target_drive=shelf.other_drive,
    )  # fmt: skip

    copy = shelf.books.archive(told.copies[0])
    assert copy.sha256 == done.sha256
    assert set(copy.barcodes()) == {"A00005L5", "A00006L5", "A00007L5"}
    shelf.tape.unload(shelf.library, shelf.other_drive, 7)
    read(shelf, copy.id, tmp_path / "back")
    assert listed(tmp_path / "back") == listed(big_tree)


@pytest.mark.proves("tape.media_copy", "tape.media_verify")
def test_a_copy_is_as_sound_as_what_it_was_made_of(shelf, tree):
    done = shelf.write(tree)
    shelf.books.create_pool(MediaPool(name="offsite"))
    shelf.add("A00005L5", pool="offsite")

    told = shelf.run(
        "media_copy", cartridge=done.cartridges[0], pool="offsite", drive=shelf.drive,
        target_drive=shelf.other_drive, wait_s=0,
    )  # fmt: skip

    copy = shelf.books.archive(told.copies[0])
    assert (copy.sha256, copy.barcodes()) == (done.sha256, ["A00005L5"])
    read_back = shelf.run("media_verify", cartridge="A00005L5", drive=shelf.other_drive)
    assert read_back.read_bytes == copy.size_bytes
