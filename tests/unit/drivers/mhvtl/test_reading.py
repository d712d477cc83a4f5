"""What mhvtl's programs print, read."""

import pytest

from calypso.drivers.tape import (
    BadName,
    CartridgeKind,
    CartridgeMissing,
    DaemonDown,
    DoorClosed,
    LibraryInUse,
    LibraryMissing,
    TapeError,
    Unsupported,
)
from calypso.drivers.tape.mhvtl import errors, reading
from calypso.drivers.tape.mhvtl.densities import KNOWN, density, taken_by
from calypso.host import Ran
from tests.fakes.host import FakeHost

HOST = FakeHost("mhvtl-1.8.0", "mhvtl-1.8.0-composed")


def text(name):
    return HOST.recording(name).stdout


@pytest.mark.parametrize(
    ("name", "kind", "protected", "used"),
    [
        ("dump_tape-data.txt", CartridgeKind.DATA, False, 0),
        ("dump_tape-worm.txt", CartridgeKind.WORM, False, 0),
        ("dump_tape-cleaning.txt", CartridgeKind.CLEANING, False, 0),
        ("dump_tape-null.txt", None, False, 0),
        ("dump_tape-write-protected.txt", CartridgeKind.DATA, True, 209715200),
    ],
)
def test_a_cartridge_says_what_it_is(name, kind, protected, used):
    memory = reading.memory(text(name))
    assert memory.kind is kind
    assert memory.is_write_protected is protected
    assert memory.used_bytes == used
    assert memory.capacity_bytes == 500 << 20
    assert memory.density_code == reading.DENSITY_CODES["LTO5"]


def test_a_text_that_does_not_say_it_is_not_taken_for_an_answer():
    with pytest.raises(TapeError, match="Media"):
        reading.memory(text("014-dump_tape.txt"))


def test_every_density_that_mktape_knows_has_its_code():
    assert set(KNOWN) <= set(reading.DENSITY_CODES) | {"SDLT1"}


def test_the_version_is_that_of_the_usage_text():
    assert reading.version(HOST.recording("002-usage-vtlcmd.txt").stderr) == "1.8.0"
    assert reading.version("nothing of it") is None


def test_the_module_says_which_kernel_it_is_for():
    module = reading.module(text("018-lsmod.txt"))
    assert (module.version, module.kernel) == ("0.18.42", "6.1.0-50-amd64")
    assert reading.module("") == reading.Module("", "")


def quoted(name, said, code, argv=("vtlcmd",), *, out=False):
    """A command that was recorded to say that, with that exit code."""
    told = HOST.recording(name)
    assert said in told.stdout + told.stderr
    return Ran(argv, code, said if out else "", "" if out else said, 0.0)


MAP, LOADED = "034-vtlcmd-map-errors.txt", "048-mapload-workaround.txt"


@pytest.mark.parametrize(
    ("name", "said", "code", "out", "kind"),
    [
        (LOADED, "MAP not opened\n", 0, True, DoorClosed),
        (MAP, "Can't empty map while MAP is closed\n", 0, True, DoorClosed),
        (MAP, "configured with device number: 99\n", 1, False, LibraryMissing),
        (MAP, "Command for tape not allowed\n", 1, False, Unsupported),
        (MAP, "DeviceNo not numeric: abc\n", 1, False, BadName),
        (MAP, "Please check command, parameter 'check param' wrong.", 1, False,
         Unsupported),
        ("033-vtlcmd-list-map.txt", "Could not open /opt/mhvtl/VT0009L5/data", 1, False,
         CartridgeMissing),
        ("045-vtlcmd-down.txt", "MessageQueue not available\n", 1, False, DaemonDown),
        ("015-edit_tape.txt", "PCL NOSUCH cannot be dumped, load_tape() returned 3\n", 1, False,
         CartridgeMissing),
        ("013-mktape.txt", "error: Max barcode length (16) exceeded\n", 1, False, BadName),
        ("014-dump_tape.txt", "Unknown option\n", 1, True, TapeError),
        ("009-usage-daemons.txt", "error: Can not find entry for '0' in config file\n", 1, False,
         DaemonDown),
        ("051-stop.txt", "rmmod: ERROR: Module mhvtl is in use", 1, False, LibraryInUse),
    ],
)  # fmt: skip
def test_a_refusal_is_known_by_its_text_whatever_the_exit_code(name, said, code, out, kind):
    refused = errors.refusal(quoted(name, said, code, out=out))
    assert type(refused) is kind
    assert said.strip().splitlines()[0].rstrip(".") in str(refused)
    assert refused.original == said


@pytest.mark.parametrize(
    ("name", "said"),
    [("033-vtlcmd-list-map.txt", "OK\n"), ("037-vtlcmd-add-slot.txt", "slot=9\n"),
     ("015-edit_tape.txt", "New capacity for VT0009L5: 800MB\n")],
)  # fmt: skip
def test_what_went_well_is_no_refusal(name, said):
    assert errors.refusal(quoted(name, said, 0, out=True)) is None


def test_the_one_silent_failure_of_mktape_is_a_library_it_does_not_know():
    refused = errors.refusal(Ran(("mktape", "-l", "99"), 2, "", "", 0.0))
    assert type(refused) is LibraryMissing


def test_a_failure_without_a_name_keeps_its_words():
    refused = errors.refusal(Ran(("systemctl",), 4, "", "Something else went wrong\nmore", 0.0))
    assert type(refused) is TapeError
    assert "systemctl ended with status 4: Something else went wrong" in str(refused)


@pytest.mark.parametrize(
    ("barcode", "said"),
    [("VT0001L5", "LTO5"), ("VT0001LV", "LTO5"), ("CLN001L6", "LTO6"), ("ABC123TB", "T10KB"),
     ("AAAA01S3", "SDLT600"), ("SHORTL5", None), ("VT0001ZZ", None), ("VT0001L9", None)],
)  # fmt: skip
def test_the_last_two_of_a_barcode_name_its_density(barcode, said):
    assert density(barcode) == said


@pytest.mark.parametrize(
    ("product", "able"),
    [
        ("ULT3580-TD5", {"LTO3", "LTO4", "LTO5"}),
        ("ULT3580-TD8", {"LTO7", "LTO8"}),
        ("ULTRIUM-HH1", {"LTO1"}),
        ("Ultrium 6-SCSI", {"LTO4", "LTO5", "LTO6"}),
        ("T10000B", {"T10KA", "T10KB"}),
        ("T9840D", {"9840B", "9840C", "9840D"}),
        ("03592E05", {"J1A", "E05"}),
    ],
)
def test_a_drive_takes_its_own_generation_and_those_before_it(product, able):
    assert taken_by(product) == able


def test_of_a_drive_that_is_not_known_nothing_is_said():
    assert taken_by("SOMETHING NEW") is None
