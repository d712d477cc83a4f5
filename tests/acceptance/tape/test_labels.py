"""Cartridges are labelled when they are blank, and never otherwise."""

import json
import subprocess

import pytest

from calypso.drivers.tape import CartridgeKind, CleaningCartridge, WriteProtected, stream
from calypso.errors import JobCancelled
from calypso.jobs.tape._labelling import MediumUsed
from calypso.jobs.tape._labels import MediumForeign
from calypso.models.media import MediaPool
from calypso.models.media_refusals import MediumKept

HAS_DATA = "Nothing was written"


def label(shelf, barcode, pool="weekly", running=None):
    return shelf.run("media_label", running, cartridge=barcode, pool=pool, drive=shelf.drive)


@pytest.mark.proves("tape.media_label")
def test_a_label_is_read_with_tar_alone(shelf):
    assert label(shelf, "A00001L5").is_written

    [file] = shelf.files("A00001L5")
    print_it = ["tar", "-xOf", "-"]
    told = subprocess.run(print_it, input=file.data, check=True, capture_output=True).stdout
    assert json.loads(told) | {"barcode": "A00001L5", "pool": "weekly"} == json.loads(told)
    assert shelf.books.medium("A00001L5").pool == "weekly"


def test_labelling_twice_writes_once(shelf):
    label(shelf, "A00001L5")
    before = shelf.files("A00001L5")

    assert not label(shelf, "A00001L5").is_written
    assert shelf.files("A00001L5") == before


def test_a_labelled_cartridge_takes_archives_of_its_pool(shelf, tree):
    label(shelf, "A00001L5")

    assert shelf.write(tree).cartridges == ["A00001L5"]


def foreign(shelf, barcode, text):
    """Put something on a cartridge that Calypso did not write."""
    number = shelf.place(barcode).number
    shelf.tape.load(shelf.library, number, shelf.drive)
    shelf.tape.rewind(shelf.drive)
    source = shelf.folder / "foreign"
    source.write_bytes(text)
    stages = [["cat", str(source)], shelf.tape.writer(shelf.drive)]
    stream.written(shelf.tape.host.pipe(stages, timeout_s=60))
    shelf.tape.unload(shelf.library, shelf.drive, number)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"VOL1ABC" + bytes(73), "an ANSI or IBM label"),
        (bytes(12) + b"BB02" + bytes(64000), "a volume of Bacula or Bareos"),
        (b"\0" * 4096, "4096 bytes of an unknown kind"),
    ],
)
def test_a_cartridge_of_another_system_is_told_and_left_alone(shelf, text, told):
    foreign(shelf, "A00002L5", text)

    with pytest.raises(MediumForeign, match=f"holds {told}. {HAS_DATA}"):
        label(shelf, "A00002L5")
    assert shelf.files("A00002L5")[0].data == text


def test_an_archive_passes_over_a_cartridge_of_another_system(shelf, tree):
    foreign(shelf, "A00001L5", b"VOL1ABC" + bytes(73))
    running = shelf.running()

    done = shelf.write(tree, running)

    assert done.cartridges == ["A00002L5"]
    assert running.warnings[0][0] == "cartridge_passed_over"
    assert shelf.books.medium("A00001L5").state == "foreign"
    assert shelf.files("A00001L5")[0].data.startswith(b"VOL1ABC")


def test_an_archive_passes_over_a_cartridge_that_was_given_another_use_meanwhile(
    shelf, tree, monkeypatch
):
    shelf.books.create_pool(MediaPool(name="daily"))
    begin = shelf.books.begin_medium

    def given_away(barcode, *words, **said):
        if barcode == "A00001L5":
            shelf.books.assign(barcode, "daily", kind=CartridgeKind.DATA, library=shelf.library)
        return begin(barcode, *words, **said)

    monkeypatch.setattr(shelf.books, "begin_medium", given_away)
    running = shelf.running()

    assert shelf.write(tree, running).cartridges == ["A00002L5"]
    assert running.warnings[0][0] == "cartridge_passed_over"
    assert shelf.books.medium("A00001L5").pool == "daily"
    assert shelf.files("A00001L5") == []


def test_a_cartridge_with_archives_is_not_labelled_again(shelf, tree):
    shelf.write(tree)

    with pytest.raises(MediumKept):
        label(shelf, "A00001L5")


def test_a_set_that_the_books_have_lost_is_not_labelled_over(shelf, tree):
    shelf.write(tree)
    shelf.books.give_up("A00001L5")

    with pytest.raises(MediumUsed, match=HAS_DATA):
        label(shelf, "A00001L5")


def test_a_cartridge_whose_tab_is_set_keeps_its_blankness(shelf):
    shelf.edit("A00001L5", is_write_protected=True)

    with pytest.raises(WriteProtected):
        label(shelf, "A00001L5")
    assert shelf.files("A00001L5") == []


def test_a_cleaning_cartridge_takes_no_label(shelf):
    shelf.add("CLN001L5", kind=CartridgeKind.CLEANING)

    with pytest.raises(CleaningCartridge):
        label(shelf, "CLN001L5")
    assert shelf.tape.drive(shelf.drive).state == "empty"


@pytest.mark.proves("tape.media_label_barcodes")
def test_slots_are_labelled_one_by_one_whatever_befalls_one(shelf):
    foreign(shelf, "A00002L5", b"VOL1ABC" + bytes(73))
    label(shelf, "A00003L5")

    done = shelf.run(
        "media_label_barcodes",
        library=shelf.library,
        pool="weekly",
        drive=shelf.drive,
        slots=(1, 2, 3),
    )

    assert (done.labelled, done.unchanged) == (["A00001L5"], ["A00003L5"])
    assert [(one.slot, one.code) for one in done.refused] == [(2, "medium_foreign")]


def test_a_cancel_ends_labelling_between_two_cartridges(shelf):
    with pytest.raises(JobCancelled):
        shelf.run(
            "media_label_barcodes", shelf.running(cancel_after=1),
            library=shelf.library, pool="weekly", drive=shelf.drive,
        )  # fmt: skip
    assert [bool(shelf.files(f"A0000{n}L5")) for n in (1, 2)] == [True, False]
