"""Every state that mtx and mt were seen to print is understood; what cannot be read is refused."""

import pytest

from calypso.drivers.tape import CartridgeKind, ElementKind, TapeError, kind_by_barcode
from calypso.drivers.tape.changer import reading
from tests.fakes.host import RECORDINGS, read_recording

HEADER = "  Storage Changer /dev/sg3:{} Drives, 1 Slots ( 0 Import/Export )\n"
TGT, MHVTL = "mtx-1.3.12-on-tgt-1.0.85", "mhvtl-1.8.0"


def recorded(folder, number):
    (path,) = (RECORDINGS / folder).glob(f"{number}-*.txt")
    return read_recording(path)


def held(text):
    return {str(one.place): one.barcode for one in reading.elements(text) if one.is_full}


def test_tgts_empty_slots_carry_a_blank_tag():
    found = reading.elements(recorded(TGT, "047").stdout)

    assert [one.number for one in found if one.kind is ElementKind.DRIVE] == [0, 1]
    assert [one.number for one in found if one.kind is ElementKind.SLOT] == list(range(1, 9))
    assert [one.number for one in found if one.kind is ElementKind.IE] == [9, 10]
    assert held(recorded(TGT, "047").stdout) == {
        "slot 1": "A00001L5", "slot 2": "A00002L5", "slot 3": "A00003L5", "slot 4": "A00004L5",
        "slot 5": "CLN001L5", "slot 6": "W00001L5",
    }  # fmt: skip


def test_mhvtls_empty_slots_carry_no_tag():
    assert held(recorded(MHVTL, "023").stdout) == {
        "slot 1": "VT0001L5", "slot 2": "VT0002L5", "slot 3": "VT0003L5", "slot 4": "VT0004L5",
        "slot 5": "CLN001L5",
    }  # fmt: skip


@pytest.mark.parametrize(("folder", "number"), [(TGT, "055"), (MHVTL, "024")])
def test_a_loaded_drive_tells_barcode_and_slot(folder, number):
    text = recorded(folder, number).stdout
    drive = reading.elements(text[text.index("  Storage Changer") :])[0]

    assert (drive.kind, drive.number, drive.is_full) == (ElementKind.DRIVE, 0, True)
    assert drive.source == 1
    assert drive.barcode in ("A00001L5", "VT0001L5")


def test_a_cartridge_in_an_import_export_slot_is_seen_there():
    assert held(recorded(TGT, "095").stdout)["I/E slot 9"] == "A00001L5"


def test_a_library_without_a_barcode_reader_tells_what_is_full():
    found = reading.elements(recorded(TGT, "049").stdout)

    assert sum(one.is_full for one in found) == 6
    assert {one.barcode for one in found} == {None}


def test_a_drive_whose_slot_the_library_forgot_has_no_source():
    (drive, *_) = reading.elements(
        "  Storage Changer /dev/sg3:1 Drives, 1 Slots ( 0 Import/Export )\n"
        "Data Transfer Element 0:Full (Unknown Storage Element Loaded):VolumeTag = A00001L5  \n"
        "      Storage Element 1:Empty\n"
    )

    assert (drive.barcode, drive.source) == ("A00001L5", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Storage Changer",
        HEADER.format(2) + "Data Transfer Element 0:Empty\n      Storage Element 1:Empty\n",
        HEADER.format(1) + "Data Transfer Element 0:Melted\n      Storage Element 1:Empty\n",
    ],
)
def test_a_status_that_is_cut_off_or_strange_is_refused(text):
    with pytest.raises(TapeError, match="cannot be read"):
        reading.elements(text)


def test_an_empty_drive_is_open():
    status = reading.status(recorded(TGT, "052").stdout)

    assert status.has(reading.DR_OPEN)
    assert not status.has(reading.ONLINE)
    assert (status.file, status.block) == (None, None)


def test_a_drive_just_loaded_does_not_know_where_it_stands():
    status = reading.status(recorded(TGT, "056").stdout)

    assert status.has(reading.ONLINE)
    assert status.file is None


def test_a_drive_behind_a_file_mark_tells_its_number():
    status = reading.status(recorded(TGT, "060").stdout)

    assert status.has(reading.EOF_BIT)
    assert (status.file, status.block, status.block_bytes) == (1, 0, 0)


def test_a_rewound_drive_is_at_the_start():
    assert reading.status(recorded(TGT, "106").stdout).has(reading.BOT)


def test_a_protected_cartridge_and_its_density_are_told():
    text = recorded(MHVTL, "031").stdout
    status = reading.status(text)

    assert status.has(reading.WR_PROT)
    assert status.density == "0x58 (LTO-5)"


def test_a_cleaning_cartridge_is_neither_online_nor_absent():
    status = reading.status(recorded(MHVTL, "032").stdout)

    assert not status.has(reading.ONLINE)
    assert not status.has(reading.DR_OPEN)


def test_a_status_of_no_drive_is_refused():
    with pytest.raises(TapeError, match="cannot be read"):
        reading.status("SCSI 2 tape drive:\n")


# -- bytes


def dumped(data):
    """Bytes as sg3-utils print them."""
    lines = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        shown = f"{row[:8].hex(' ')}  {row[8:].hex(' ')}"
        lines.append(f" {at:02x}".ljust(8) + shown.ljust(52) + "be ef 00")
    return "SCSI Status: Good \n\nReceived bytes of data:\n" + "\n".join(lines) + "\n"


def page(*names, tags=False):
    """READ ELEMENT STATUS of data transfer elements, as in SMC-3 6.11."""
    rows = b"".join(
        (256 + at).to_bytes(2, "big") + bytes(10) + bytes(36 if tags else 0)
        + bytes([2, 1, 0, len(name)]) + name.ljust(34)[: len(name)]
        for at, name in enumerate(names)
    )  # fmt: skip
    length = len(rows) // len(names)
    body = bytes([4, 0x80 if tags else 0]) + length.to_bytes(2, "big") + b"\0"
    body += len(rows).to_bytes(3, "big") + rows
    return bytes(5) + len(body).to_bytes(3, "big") + body


LONG = [b"IBM     ULT3580-TD5     DRIVE00001", b"IBM     ULT3580-TD5     DRIVE00002"]


@pytest.mark.parametrize("tags", [False, True])
def test_drives_call_themselves_by_their_serial_numbers(tags):
    data = page(*LONG, tags=tags)

    assert reading.dump(dumped(data)) == data
    told = reading.drive_identifiers(data)
    assert told == [one.decode() for one in LONG]
    serials = {"DRIVE00002": "DRIVE00002", "DRIVE00001": "DRIVE00001", "scsi-1.0.0.0": ""}
    assert reading.numbers(told, serials) == {"DRIVE00001": 0, "DRIVE00002": 1}


def test_a_serial_number_alone_is_enough():
    assert reading.numbers([None, "HU1234"], {"HU1234": "HU1234"}) == {"HU1234": 1}


def test_a_serial_number_that_was_cut_off_is_not_guessed_at():
    data = page(*LONG)[:-8]

    assert reading.drive_identifiers(data) == [LONG[0].decode(), None]


@pytest.mark.parametrize("data", [b"", bytes(8), bytes(64), b"\xff" * 64, page(*LONG)[:20]])
def test_an_answer_that_makes_no_sense_names_no_drive(data):
    assert reading.numbers(reading.drive_identifiers(data), {"DRIVE00001": "DRIVE00001"}) == {}


def test_flags_that_are_up_are_named():
    rows = b"".join(bytes([0, n, 0x40, 1, int(n in (20, 3))]) for n in range(1, 65))
    data = bytes([0x2E, 0, *len(rows).to_bytes(2, "big")]) + rows

    assert [one.name for one in reading.tape_alerts(data)] == ["Hard error", "Clean now"]
    assert reading.tape_alerts(data[:7]) == ()
    assert reading.tape_alerts(b"") == reading.tape_alerts(b"\x11\0\0\4" + bytes(9)) == ()


def test_kinds_are_known_by_their_labels():
    assert kind_by_barcode("CLN001L5") is CartridgeKind.CLEANING
    assert kind_by_barcode("CLNU01L1") is CartridgeKind.CLEANING
    assert kind_by_barcode("W00001LT") is CartridgeKind.WORM
    assert kind_by_barcode("A00001L5") is CartridgeKind.DATA
    assert kind_by_barcode(None) is CartridgeKind.DATA
