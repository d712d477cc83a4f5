"""Files that contradict each other are found while they are text."""

import pytest

from calypso.drivers.tape import ConfigurationBroken
from calypso.drivers.tape.mhvtl import contents, device_conf
from calypso.drivers.tape.mhvtl.checking import problems
from calypso.drivers.tape.mhvtl.files import Configuration, refuse
from calypso.drivers.tape.mhvtl.problems import Flaw
from tests.unit.drivers.mhvtl.machine import CONF
from tests.unit.drivers.mhvtl.test_files import told

INSIDE = """VERSION: 2

Drive 1:
Drive 2:

Picker 1:

MAP 1:

Slot 1: VT0001L5
Slot 2: CLN001L5
Slot 3:
"""
OTHER = """
Library: 20 CHANNEL: 00 TARGET: 08 LUN: 00
 Unit serial number: LIB20SER01
 Home directory: /srv/tapes

"""


def found(conf=CONF, inside=INSIDE, **more):
    each = {10: inside, **{int(one.removeprefix("of")): text for one, text in more.items()}}
    each = {number: contents.parse(number, text) for number, text in each.items() if text}
    return problems(device_conf.parse(conf), each)


def test_files_that_agree_have_no_problem():
    assert found() == ()


def test_what_mhvtl_generates_has_only_one_home_for_two_libraries():
    conf = device_conf.parse(told("010-gen-device-conf.txt"))
    inside = contents.parse(10, told("011-gen-lib-contents.txt"))
    other = contents.fresh(30, drives=4, slots=9, maps=1)
    assert [one.flaw for one in problems(conf, {10: inside, 30: other})] == [Flaw.HOME_SHARED]


@pytest.mark.parametrize(
    ("old", "new", "flaw", "record"),
    [
        ("Drive: 12 ", "Drive: 11 ", Flaw.ID_TWICE, "Drive 11"),
        ("Drive: 12 ", "Drive: 10 ", Flaw.ID_TWICE, "Drive 10"),
        ("Drive: 12 ", "Drive: 1024 ", Flaw.ID_TOO_LARGE, "Drive 1024"),
        ("TARGET: 02", "TARGET: 01", Flaw.ADDRESS_TWICE, "Drive 12"),
        (" Unit serial number: DRIVE00012\n", "", Flaw.SERIAL_MISSING, "Drive 12"),
        ("DRIVE00012", "DRIVE00011", Flaw.SERIAL_TWICE, "Drive 12"),
        ("DRIVE00012", "LIB10SER01", Flaw.SERIAL_TWICE, "Drive 12"),
        ("DRIVE00012", "DRIVE000012", Flaw.SERIAL_TOO_LONG, "Drive 12"),
        ("ab:00:02:00", "ab:00:01:00", Flaw.NAA_TWICE, "Drive 12"),
        (" Library ID: 10 Slot: 02\n", "", Flaw.PLACE_MISSING, "Drive 12"),
        ("Library ID: 10 Slot: 02", "Library ID: 30 Slot: 02", Flaw.LIBRARY_MISSING, "Drive 12"),
        ("Slot: 02", "Slot: 01", Flaw.PLACE_TWICE, "Drive 12"),
        ("Slot: 02", "Slot: 03", Flaw.PLACE_BEYOND, "Drive 12"),
        ("/opt/mhvtl", "opt/mhvtl", Flaw.HOME_RELATIVE, "Library 10"),
        ("/opt/mhvtl", "/opt/../etc", Flaw.HOME_RELATIVE, "Library 10"),
        ("ULT3580-TD5", "ULT3580-TD8", Flaw.DENSITY_UNFIT, "Slot 1"),
    ],
)
def test_a_contradiction_of_device_conf_is_named_with_its_record(old, new, flaw, record):
    at = CONF.rindex(old) if old != "ULT3580-TD5" else None
    conf = CONF.replace(old, new) if at is None else CONF[:at] + new + CONF[at + len(old) :]
    assert (flaw, record) in [(one.flaw, one.record) for one in found(conf)]


def test_the_line_of_a_problem_is_that_of_its_record():
    [problem] = found(CONF.replace("DRIVE00012", "DRIVE00011"))
    assert CONF.splitlines()[problem.line - 1].startswith("Drive: 12 ")
    assert problem.sentence == (
        f"device.conf line {problem.line}: Drive 12: Drive 11 has the serial number DRIVE00011 too."
    )


@pytest.mark.parametrize(
    ("old", "new", "flaw", "record"),
    [
        ("Drive 2:\n", "Drive 2:\nDrive 3:\n", Flaw.DRIVE_MISSING, "Drive 3"),
        ("VT0001L5", "VT0001L5VT0001L5X", Flaw.BARCODE_UNFIT, "Slot 1"),
        ("VT0001L5", "VT-0001L5", Flaw.BARCODE_UNFIT, "Slot 1"),
        ("VT0001L5", "VT0001L8", Flaw.DENSITY_UNFIT, "Slot 1"),
        ("Slot 3:", "Slot 3: VT0001L5", Flaw.BARCODE_TWICE, "Slot 3"),
        ("MAP 1:", "MAP 1: CLN001L5", Flaw.BARCODE_TWICE, "Slot 2"),
    ],
)
def test_a_contradiction_of_contents_is_named_with_its_place(old, new, flaw, record):
    assert (flaw, record) in [
        (one.flaw, one.record) for one in found(inside=INSIDE.replace(old, new))
    ]


def test_a_cleaning_cartridge_fits_any_drive():
    assert found(inside=INSIDE.replace("CLN001L5", "CLN001L8")) == ()


def test_nothing_is_said_of_cartridges_when_a_drive_is_not_known():
    conf = CONF.replace("ULT3580-TD5", "SOMETHING NEW")
    assert found(conf, INSIDE.replace("VT0001L5", "VT0001L8")) == ()


def test_a_library_without_its_contents_is_named():
    assert [one.flaw for one in found(CONF + OTHER)] == [Flaw.CONTENTS_MISSING]


def test_a_barcode_in_two_libraries_is_named():
    other = contents.fresh(20, drives=0, slots=1, maps=0).render()
    both = found(CONF + OTHER, of20=other.replace("Slot 1:", "Slot 1: VT0001L5"))
    assert [(one.flaw, one.file) for one in both] == [(Flaw.BARCODE_TWICE, "library_contents.20")]


@pytest.mark.parametrize("home", ["/opt/mhvtl/more", "/opt"])
def test_homes_that_lie_in_one_another_are_named(home):
    other = contents.fresh(20, drives=0, slots=1, maps=0).render()
    both = found(CONF + OTHER.replace("/srv/tapes", home), of20=other)
    assert [one.flaw for one in both] == [Flaw.HOME_WITHIN]


def configuration(conf):
    numbers = [one.id for one in device_conf.parse(conf).libraries]
    each = {
        one: contents.fresh(one, drives=2 if one == 10 else 0, slots=1, maps=0) for one in numbers
    }
    return Configuration(device_conf.parse(conf), each)


def test_a_shared_home_that_was_there_before_does_not_forbid_another_change():
    shared = configuration(CONF + OTHER.replace("/srv/tapes", "/opt/mhvtl"))
    refuse(shared, shared)


def test_a_change_that_brings_a_shared_home_is_refused():
    before = configuration(CONF)
    with pytest.raises(ConfigurationBroken, match="/opt/mhvtl"):
        refuse(configuration(CONF + OTHER.replace("/srv/tapes", "/opt/mhvtl")), before)


def test_what_is_broken_already_is_refused_with_every_problem():
    broken = configuration(CONF.replace("DRIVE00012", "DRIVE00011").replace("VERSION: 5", ""))
    with pytest.raises(ConfigurationBroken) as refused:
        refuse(broken, broken)
    assert len(refused.value.problems) == 2
    assert "Drive 12" in str(refused.value)
    assert refused.value.code == "tape_configuration_broken"
