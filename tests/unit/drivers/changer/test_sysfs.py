"""Changers and drives are found in what the kernel shows of them."""

import json

from calypso.drivers.tape.changer import reading, sysfs
from calypso.drivers.tape.changer.commands import name


def device(root, address, kind, *, sg=None, nst=None, serial=b""):
    path = root / address / "device"
    path.mkdir(parents=True)
    for file, text in (("type", kind), ("vendor", "IBM     "), ("model", "X "), ("rev", "1\n")):
        (path / file).write_text(text)
    if serial is not None:
        (path / "vpd_pg80").write_bytes(b"\1\x80\0" + bytes([len(serial)]) + serial)
    if sg:
        (path / "scsi_generic" / sg).mkdir(parents=True)
    for one in (nst, nst and f"{nst}a", nst and nst.lstrip("n"), nst and f"{nst}l"):
        if one:
            (path / "scsi_tape" / one).mkdir(parents=True)


def found(root):
    return reading.devices("\n".join(map(sysfs.as_json, sysfs.devices(str(root)))))


def test_a_drives_names_belong_to_its_serial_number(tmp_path):
    device(tmp_path, "6:0:1:0", "1\n", sg="sg2", nst="nst0", serial=b"        DRIVE00001")
    device(tmp_path, "6:0:0:0", "8\n", sg="sg0", serial=b"LIB10SER01  ")
    device(tmp_path, "2:0:0:0", "0\n", sg="sg1", serial=b"DISK")

    changer, drive = found(tmp_path)
    assert (changer.kind, changer.serial, changer.sg, changer.nst) == (
        "changer", "LIB10SER01", "/dev/sg0", ""
    )  # fmt: skip
    assert (drive.kind, drive.serial, drive.sg, drive.nst) == (
        "drive", "DRIVE00001", "/dev/sg2", "/dev/nst0"
    )  # fmt: skip


def test_a_device_without_its_names_is_not_there_yet(tmp_path):
    device(tmp_path, "6:0:0:0", "8")
    device(tmp_path, "6:0:1:0", "1", sg="sg2")

    assert found(tmp_path) == []


def test_a_device_without_a_serial_number_is_named_after_its_place(tmp_path):
    device(tmp_path, "6:0:0:0", "8", sg="sg0", serial=None)
    device(tmp_path, "6:0:1:0", "1", sg="sg1", nst="nst0", serial=b"a/../b")

    assert [name(one) for one in found(tmp_path)] == ["scsi-6.0.0.0", "scsi-6.0.1.0"]


def test_it_is_a_program(capsys):
    assert sysfs.main() == 0
    for line in capsys.readouterr().out.splitlines():
        json.loads(line)


def test_it_speaks_json_whatever_a_device_calls_itself():
    hostile = {
        "vendor": 'a"b\\c',
        "product": "tab\tbell\a\x7f",
        "serial": "\ufffd\ufffd",
        "nst": "",
    }

    assert json.loads(sysfs.as_json(hostile)) == hostile
    assert sysfs.as_json({"sg": "/dev/sg0", "nst": ""}) == json.dumps({"sg": "/dev/sg0", "nst": ""})
