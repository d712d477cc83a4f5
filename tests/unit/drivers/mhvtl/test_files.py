"""device.conf and library_contents.N: read, changed, written, none of it lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.drivers.tape.mhvtl import contents, device_conf
from calypso.drivers.tape.mhvtl.contents import Place
from calypso.drivers.tape.mhvtl.device_conf import Kind
from calypso.drivers.tape.mhvtl.problems import Flaw
from tests.fakes.host import FakeHost

RECORDED = FakeHost("mhvtl-1.8.0")


def told(name):
    text = RECORDED.recording(name).stdout
    return text[text.index("VERSION") :]


@pytest.fixture
def conf_text():
    return told("010-gen-device-conf.txt")


@pytest.fixture
def contents_text():
    return told("011-gen-lib-contents.txt")


def test_a_generated_device_conf_comes_back_to_the_byte(conf_text):
    assert device_conf.parse(conf_text).render() == conf_text


def test_a_generated_contents_file_comes_back_to_the_byte(contents_text):
    assert contents.parse(10, contents_text).render() == contents_text


@given(st.text(alphabet="VERSION: 5\nLibraryDveCHANTGLU0123 #x"))
def test_any_text_at_all_comes_back_to_the_byte(text):
    assert device_conf.parse(text).render() == text
    assert contents.parse(1, text).render() == text


def test_every_record_is_found_with_what_it_says(conf_text):
    conf = device_conf.parse(conf_text)

    assert conf.problems == ()
    assert [one.id for one in conf.libraries] == [10, 30]
    assert [one.name for one in conf.drives_of(10)] == [f"Drive {n}" for n in (11, 12, 13, 14)]
    drive = conf.drives_of(30)[1]
    assert (drive.serial, drive.place, drive.address) == ("XYZZY_B2", (30, 2), (0, 10, 0))
    assert drive.field("Compression type") == "lzo"
    assert drive.field("Home directory") is None
    assert conf.library(10).home == "/opt/mhvtl"
    assert not conf.library(10).is_persistent
    assert conf.library(11) is None


def test_a_record_that_is_taken_out_leaves_the_others_as_they_were(conf_text):
    conf = device_conf.parse(conf_text)
    gone = conf.drives_of(10)[1]

    after = conf.without([gone])

    assert after.render() == conf_text.replace("".join(gone.lines), "")


def test_a_record_that_is_added_is_read_as_it_was_made(conf_text):
    fields = [("Library ID", "30 Slot: 05"), ("Unit serial number", "XYZZY_B5")]
    new = device_conf.record(Kind.DRIVE, 35, (0, 13, 0), fields)

    after = device_conf.parse(device_conf.parse(conf_text).with_records([new]).render())

    assert after.problems == ()
    assert after.drives_of(30)[-1].place == (30, 5)
    assert after.drives_of(30)[-1].serial == "XYZZY_B5"
    assert after.render().startswith(conf_text)


def test_a_record_added_after_one_without_a_blank_line_does_not_become_part_of_it(conf_text):
    short = device_conf.parse(conf_text.rstrip("\n"))
    new = device_conf.record(Kind.DRIVE, 35, (0, 13, 0), [("Unit serial number", "XYZZY_B5")])

    after = device_conf.parse(short.with_records([new]).render())

    assert after.drives[-2].serial == "XYZZY_B4"
    assert after.drives[-1].serial == "XYZZY_B5"


def test_a_head_that_mhvtl_could_not_read_is_named_with_its_line(conf_text):
    broken = conf_text.replace("Drive: 13 CHANNEL: 00", "Drive: 13 CHANEL: 00")
    problem, *_ = device_conf.parse(broken).problems
    assert problem.flaw is Flaw.UNREADABLE
    assert problem.line == broken.splitlines().index("Drive: 13 CHANEL: 00 TARGET: 03 LUN: 00") + 1
    assert "device.conf line" in problem.sentence


def test_a_field_after_a_blank_line_is_named_for_mhvtl_does_not_read_it(conf_text):
    broken = conf_text.replace(
        " Unit serial number: XYZZY_A2\n", "\n Unit serial number: XYZZY_A2\n"
    )
    problems = device_conf.parse(broken).problems
    assert {one.flaw for one in problems} == {Flaw.MISPLACED}
    assert {one.record for one in problems} == {"Drive 12"}
    assert device_conf.parse(broken).drives_of(10)[1].serial is None


@pytest.mark.parametrize(
    ("line", "said"),
    [("", "lacks"), ("VERSION: 4", "VERSION is 4")],
)
def test_a_device_conf_of_another_version_is_named(conf_text, line, said):
    [problem] = device_conf.parse(conf_text.replace("VERSION: 5", line)).problems
    assert problem.flaw is Flaw.VERSION
    assert said in problem.sentence


def test_the_contents_say_what_lies_where(contents_text):
    inside = contents.parse(10, contents_text)

    assert list(inside.problems()) == []
    assert {place: inside.count(place) for place in Place} == {
        Place.DRIVE: 4, Place.PICKER: 1, Place.MAP: 4, Place.SLOT: 39,
    }  # fmt: skip
    assert inside.barcodes["CLN102L6"].name == "Slot 23"
    assert "E01021L8" not in inside.barcodes


def test_cartridges_that_moved_are_written_where_they_are_and_nothing_else_changes(contents_text):
    inside = contents.parse(10, contents_text)
    where = inside.media()
    where[Place.SLOT, 21] = where.pop((Place.SLOT, 1))

    after = inside.with_media(where)

    changed = [(old, new) for old, new in zip(inside.lines, after.lines, strict=True) if old != new]
    assert changed == [
        ("Slot 1: E01001L8\n", "Slot 1:\n"),
        ("Slot 21: \n", "Slot 21: E01001L8\n"),
    ]
    assert after.media() == where


def test_a_cartridge_in_a_slot_that_the_file_lacks_is_not_lost(contents_text):
    after = contents.parse(10, contents_text).with_media({(Place.SLOT, 41): "E01001L8"})
    assert after.count(Place.SLOT) == 41
    assert after.media() == {(Place.SLOT, 41): "E01001L8"}
    assert list(after.problems()) == []


@pytest.mark.parametrize("place", [Place.DRIVE, Place.MAP, Place.SLOT])
@pytest.mark.parametrize("wanted", [0, 2, 4, 50])
def test_a_kind_of_place_gets_as_many_as_are_wanted(contents_text, place, wanted):
    after = contents.parse(10, contents_text).with_count(place, wanted)
    assert after.count(place) == wanted
    assert not [one for one in after.problems() if one.flaw is not Flaw.PICKER_MISSING]
    others = [one for one in Place if one is not place]
    before = contents.parse(10, contents_text)
    assert {one: after.count(one) for one in others} == {one: before.count(one) for one in others}


def test_a_new_library_has_contents_without_problems():
    inside = contents.fresh(20, drives=2, slots=3, maps=1)
    assert list(inside.problems()) == []
    assert inside.media() == {}
    assert [inside.count(one) for one in (Place.DRIVE, Place.SLOT, Place.MAP)] == [2, 3, 1]


@pytest.mark.parametrize(
    ("old", "new", "flaw", "record"),
    [
        ("VERSION: 2", "VERSION: 1", Flaw.VERSION, ""),
        ("VERSION: 2\n", "", Flaw.VERSION, ""),
        ("Picker 1:\n", "", Flaw.PICKER_MISSING, ""),
        ("Slot 3: E01003L8\n", "", Flaw.GAP, "Slot 4"),
        ("Slot 3: E01003L8", "Slot 2: E01003L8", Flaw.GAP, "Slot 2"),
        ("Slot 3: E01003L8", "Slot 3: E01003L8 more", Flaw.UNREADABLE, ""),
    ],
)
def test_what_is_wrong_with_contents_is_named(contents_text, old, new, flaw, record):
    assert old in contents_text
    problems = list(contents.parse(10, contents_text.replace(old, new)).problems())
    assert (flaw, record) in [(one.flaw, one.record) for one in problems]
    assert all(one.file == "library_contents.10" for one in problems)
