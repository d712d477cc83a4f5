"""Every refusal that mtx, mt and sg3-utils were seen to print has its type, and keeps its text."""

import pytest

from calypso.drivers.tape import (
    DriveBusy,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    DriveOffline,
    ElementBlocked,
    LibraryOffline,
    MediumDamaged,
    NotPermitted,
    RemovalPrevented,
    RobotJammed,
    SlotEmpty,
    SlotFull,
    SlotMissing,
    TapeError,
    Unsupported,
    WriteProtected,
)
from calypso.drivers.tape.changer import errors
from calypso.host import Ran
from tests.unit.drivers.changer.test_reading import MHVTL, TGT, recorded


def ran(stderr, code=1):
    return Ran(("mtx",), code, "", stderr, 0.0)


def of(folder, number, line=None):
    told = recorded(folder, number).stderr
    return ran(told if line is None else told.splitlines()[line] + "\n")


@pytest.mark.parametrize(
    ("folder", "number", "kind"),
    [
        (TGT, "084", DriveFull),
        (TGT, "086", SlotEmpty),
        (TGT, "087", SlotMissing),
        (TGT, "088", DriveMissing),
        (TGT, "089", DriveEmpty),
        (TGT, "090", SlotFull),
        (TGT, "093", SlotFull),
        (TGT, "094", SlotEmpty),
        (TGT, "098", Unsupported),
        (TGT, "099", Unsupported),
        (TGT, "100", LibraryOffline),
        (TGT, "102", Unsupported),
        (MHVTL, "036", LibraryOffline),
    ],
)
def test_what_mtx_refuses_has_a_type(folder, number, kind):
    refused = errors.library(of(folder, number), "A00001L5 is not moved")

    assert type(refused) is kind
    assert refused.detail.startswith("A00001L5 is not moved: ")
    assert refused.original == recorded(folder, number).stderr


def test_a_device_that_is_no_changer_is_said_to_be_none():
    assert type(errors.library(of(TGT, "101", line=1), "It")) is LibraryOffline
    assert type(errors.library(of(TGT, "117", line=1), "It")) is NotPermitted


@pytest.mark.parametrize(
    ("number", "kind"),
    [("117", NotPermitted), ("118", DriveOffline), ("070", MediumDamaged), ("081", DriveBusy)],
)
def test_what_mt_refuses_has_a_type(number, kind):
    assert type(errors.drive(of(TGT, number, line=0), "The drive")) is kind


def test_mt_says_why_a_protected_cartridge_is_not_written():
    text = recorded(MHVTL, "031").stderr
    assert type(errors.drive(ran(text), "It")) is WriteProtected


def sense(key, asc, ascq):
    """As mtx prints it; the frame is that of recording 098."""
    text = recorded(TGT, "098").stderr
    text = text.replace("Sense Key=Illegal Request", f"Sense Key={key}")
    text = text.replace("Additional Sense Code = 20", f"Additional Sense Code = {asc:02X}")
    return ran(text.replace("Qualifier = 00", f"Qualifier = {ascq:02X}"))


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (("Not Ready", 0x04, 0x12), LibraryOffline, "offline (04/12)"),
        (("Not Ready", 0x04, 0x03), RobotJammed, "manual intervention required (04/03)"),
        (("Hardware Error", 0x15, 0x01), RobotJammed, "positioning error (15/01)"),
        (("Hardware Error", 0x44, 0x00), RobotJammed, "Hardware Error (44/00)"),
        (("Illegal Request", 0x3B, 0x0D), SlotFull, "destination element full"),
        (("Illegal Request", 0x3B, 0x0E), SlotEmpty, "source element empty"),
        (("Illegal Request", 0x3B, 0x12), ElementBlocked, "magazine removed"),
        (("Illegal Request", 0x21, 0x01), SlotMissing, "invalid element address"),
        (("Illegal Request", 0x53, 0x02), RemovalPrevented, "removal prevented"),
        (("Illegal Request", 0x99, 0x00), TapeError, "Illegal Request (99/00)"),
    ],
)
def test_sense_data_decide_and_stand_in_the_message(told, kind, words):
    refused = errors.library(sense(*told), "It")

    assert type(refused) is kind
    assert words in refused.detail


def test_an_attention_is_told_from_a_refusal():
    assert errors.is_attention(sense("Unit Attention", 0x28, 0x01))
    assert not errors.is_attention(sense("Not Ready", 0x04, 0x12))
    assert not errors.is_attention(of(TGT, "084"))


def test_what_sg_raw_refuses_has_a_type():
    frame = "Fixed format, current; Sense key: {}\nAdditional sense: {}\n"

    def kind(key, words):
        return type(errors.raw(ran(frame.format(key, words)), "It"))

    assert kind("Illegal Request", "Invalid command operation code") is Unsupported
    assert kind("Data Protect", "Write protected") is WriteProtected
    assert kind("Not Ready", "Medium not present") is DriveEmpty
    assert kind("Medium Error", "Erase failure") is MediumDamaged
    assert type(errors.raw(of(TGT, "053"), "It")) is DriveEmpty


def test_a_text_nobody_knows_is_kept():
    refused = errors.library(ran("mtx: the moon is full\n"), "It")

    assert type(refused) is TapeError
    assert "the moon is full" in refused.detail
