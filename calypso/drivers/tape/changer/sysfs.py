"""The program that lists changers and tape drives: `python -I -S -B sysfs.py`; one JSON a line.

It reads what the kernel knows and asks no device, so it cannot block, and the serial number (VPD
page 0x80) comes with the device names of that moment: `sg3` says nothing about `nst0`.

It runs before almost every command, so it imports nothing but `os`: json and pathlib take several
times as long as all that it does.
"""

import os
import sys

ROOT = "/sys/class/scsi_device"
TAPE, CHANGER = "1", "8"  # SCSI peripheral device types
VPD_HEADER_BYTES = 4


def devices(root: str = ROOT) -> list[dict[str, str]]:
    """Return every changer and every tape drive that has its device names."""
    found = [_device(address, f"{root}/{address}/device") for address in sorted(_names(root))]
    return [one for one in found if one is not None]


def _device(address: str, path: str) -> dict[str, str] | None:
    kind = _text(f"{path}/type")
    if kind not in (TAPE, CHANGER):
        return None
    sg = _name(f"{path}/scsi_generic", "sg")
    nst = _name(f"{path}/scsi_tape", "nst")
    if not sg or (kind == TAPE and not nst):
        return None
    return {
        "address": address,
        "kind": "changer" if kind == CHANGER else "drive",
        "vendor": _text(f"{path}/vendor"),
        "product": _text(f"{path}/model"),
        "revision": _text(f"{path}/rev"),
        "serial": _serial(f"{path}/vpd_pg80"),
        "sg": f"/dev/{sg}",
        "nst": f"/dev/{nst}" if nst else "",
    }


def _text(path: str) -> str:
    return _bytes(path).decode("ascii", "replace").strip()


def _serial(path: str) -> str:
    return _bytes(path)[VPD_HEADER_BYTES:].decode("ascii", "replace").strip(" \0")


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - see above
            return file.read()
    except OSError:  # the device goes this moment
        return b""


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - see above
    except OSError:
        return []


def _name(folder: str, kind: str) -> str:
    """Return the first name like nst0; not nst0a, which is the same in another mode."""
    found = (name for name in _names(folder) if name.removeprefix(kind).isdigit())
    return min((name for name in found if name.startswith(kind)), default="")


def as_json(device: dict[str, str]) -> str:
    """Return what json.dumps would."""
    return "{" + ", ".join(f"{_quoted(key)}: {_quoted(text)}" for key, text in device.items()) + "}"


def _quoted(text: str) -> str:
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    is_plain = " " <= one <= "~" and one not in '"\\'
    return one if is_plain else f"\\u{ord(one):04x}"


def main() -> int:
    """Print them."""
    for device in devices():
        sys.stdout.write(as_json(device) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
