"""What a library says is not believed: the driver looks before and after."""

import json

import pytest

from calypso.drivers.tape import (
    DriveState,
    DriveUnpaired,
    LibraryOffline,
    NotMoved,
    ProductMissing,
    RemovalPrevented,
    RobotJammed,
    TapeError,
)
from calypso.drivers.tape.changer import ChangerTape
from calypso.drivers.tape.changer.commands import LIST
from calypso.errors import CommandMissing
from calypso.host import Ran
from tests.unit.drivers.changer.test_errors import sense
from tests.unit.drivers.changer.test_reading import LONG, TGT, dumped, page, recorded

DEVICES = [
    {"address": "6:0:0:1", "kind": "drive", "serial": "DRIVE00001", "sg": "/dev/sg1"},
    {"address": "6:0:0:2", "kind": "drive", "serial": "DRIVE00002", "sg": "/dev/sg2"},
    {"address": "6:0:0:3", "kind": "changer", "serial": "LIB0000001", "sg": "/dev/sg3"},
]
HOME, LOADED = recorded(TGT, "047").stdout, recorded(TGT, "055").stdout
EMPTY, ONLINE = recorded(TGT, "052").stdout, recorded(TGT, "056").stdout


class Scripted:
    """A host on which each verb of mtx and mt answers as prepared; the last answer stays."""

    def __init__(self, **answers):
        self.answers = {
            "status": [HOME], "sg_raw": [dumped(page(*LONG))], "mt": [EMPTY], "offline": [""],
            **answers,
        }  # fmt: skip
        self.asked = []

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        argv = tuple(argv)
        if argv == LIST:
            shown = [
                {"vendor": "IBM", "product": "X", "revision": "1", "nst": f"/dev/nst{at}", **one}
                for at, one in enumerate(DEVICES)
            ]
            return Ran(argv, 0, "\n".join(map(json.dumps, shown)), "", 0.0)
        verb = argv[3] if argv[0] == "mtx" or argv[3] == "offline" else argv[0]
        self.asked.append(verb)
        queue = self.answers.get(verb, [""])
        told = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(told, Exception):
            raise told
        if isinstance(told, Ran):
            return Ran(argv, told.code, told.stdout, told.stderr, 0.0)
        return Ran(argv, 0, told, told if argv[0] == "sg_raw" else "", 0.0)

    def which(self, program):
        return program


def on(tmp_path, **answers):
    host = Scripted(**answers)
    return ChangerTape(host, tmp_path), host


def test_a_move_that_was_only_said_to_be_done_is_not_believed(tmp_path):
    tape, host = on(tmp_path, load=["Loading media from Storage Element 1 into drive 0...done\n"])

    with pytest.raises(NotMoved, match="slot 1 holds A00001L5 and drive 0 holds nothing"):
        tape.load("LIB0000001", 1, "DRIVE00001")
    assert host.asked == ["status", "sg_raw", "load", "status"]


def test_a_move_that_was_done_is_seen(tmp_path):
    tape, _ = on(tmp_path, status=[HOME, LOADED])

    drive = tape.load("LIB0000001", 1, "DRIVE00001")
    assert (drive.barcode, drive.source) == ("A00001L5", 1)


def test_a_drive_that_the_library_does_not_name_is_not_loaded(tmp_path):
    for answer in (Ran((), 9, "", "not supported", 0.0), dumped(page(LONG[0]))):
        tape, host = on(tmp_path, sg_raw=[answer])

        with pytest.raises(DriveUnpaired, match="DRIVE00002"):
            tape.load("LIB0000001", 1, "DRIVE00002")
        assert "load" not in host.asked


def test_a_command_that_was_put_off_by_an_attention_is_given_again(tmp_path):
    tape, host = on(tmp_path, status=[sense("Unit Attention", 0x28, 0x01), HOME])

    assert len(tape.elements("LIB0000001")) == 12
    assert host.asked == ["status", "status"]


def test_an_attention_that_does_not_end_is_a_refusal(tmp_path):
    tape, host = on(tmp_path, status=[sense("Unit Attention", 0x28, 0x01)])

    with pytest.raises(TapeError, match="Unit Attention"):
        tape.elements("LIB0000001")
    assert host.asked == ["status", "status"]


def test_a_drive_that_keeps_the_cartridge_is_told_to_let_go(tmp_path):
    kept = sense("Illegal Request", 0x53, 0x02)
    tape, host = on(tmp_path, status=[LOADED, HOME], unload=[kept, ""], mt=[ONLINE])

    assert tape.unload("LIB0000001", "DRIVE00001", 1).barcode == "A00001L5"
    assert host.asked == ["status", "sg_raw", "mt", "unload", "offline", "unload", "status"]


def test_a_drive_that_still_keeps_it_is_the_error(tmp_path):
    kept = sense("Illegal Request", 0x53, 0x02)
    tape, _ = on(tmp_path, status=[LOADED], unload=[kept], mt=[ONLINE])

    with pytest.raises(RemovalPrevented, match="A00001L5 is not moved from drive 0 to slot 1"):
        tape.unload("LIB0000001", "DRIVE00001", 1)


def test_a_jam_names_the_cartridge_and_the_sense(tmp_path):
    tape, _ = on(tmp_path, transfer=[sense("Hardware Error", 0x15, 0x01)])

    with pytest.raises(RobotJammed, match=r"A00001L5 .* slot 1 to slot 7: .*15/01") as jam:
        tape.transfer("LIB0000001", 1, 7)
    assert "Additional Sense Code = 15" in jam.value.original


def test_a_library_that_is_off_is_listed_with_the_reason(tmp_path):
    tape, _ = on(tmp_path, status=[sense("Not Ready", 0x04, 0x12)])

    (library,) = tape.libraries()
    assert not library.is_online
    assert "offline (04/12)" in library.reason
    assert tape.cartridges() == []
    assert [one.library for one in tape.drives()] == [None, None]
    with pytest.raises(LibraryOffline):
        tape.transfer("LIB0000001", 1, 7)


def test_a_drive_that_does_not_answer_is_listed_as_offline(tmp_path):
    gone = Ran((), 1, "", "/dev/nst0: No such device or address\n", 0.0)
    tape, _ = on(tmp_path, mt=[gone])

    assert {one.state for one in tape.drives()} == {DriveState.OFFLINE}


def test_a_cartridge_that_is_in_and_ejected_is_told_from_none(tmp_path):
    tape, _ = on(tmp_path, status=[LOADED])

    assert tape.drive("DRIVE00001").state is DriveState.NOT_READY
    assert tape.drive("DRIVE00002").state is DriveState.EMPTY


def test_programs_that_are_not_there_are_named(tmp_path):
    tape, _ = on(tmp_path, status=[CommandMissing("mtx is not installed.")])

    with pytest.raises(ProductMissing, match="apt-get install mtx mt-st sg3-utils"):
        tape.elements("LIB0000001")
