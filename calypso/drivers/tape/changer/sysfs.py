"""The program that lists changers and tape drives: `python -I -S -B sysfs.py`; one JSON a line.

Standard library only. It reads what the kernel knows and asks no device, so it cannot block, and
the serial number (VPD page 0x80) comes with the device names of that moment: `sg3` and `nst0` say
nothing about each other.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/class/scsi_device")
TAPE, CHANGER = "1", "8"  # SCSI peripheral device types
VPD_HEADER_BYTES = 4


def devices(root: Path = ROOT) -> Iterator[dict[str, str]]:
    """Yield every changer and every tape drive that has its device names."""
    for path in sorted(root.glob("*/device")):
        kind = _text(path / "type")
        sg = _name(path / "scsi_generic", "sg*")
        nst = _name(path / "scsi_tape", "nst*[0-9]")
        if sg and (kind == CHANGER or (kind == TAPE and nst)):
            yield {
                "address": path.parent.name,
                "kind": "changer" if kind == CHANGER else "drive",
                "vendor": _text(path / "vendor"),
                "product": _text(path / "model"),
                "revision": _text(path / "rev"),
                "serial": _serial(path / "vpd_pg80"),
                "sg": f"/dev/{sg}",
                "nst": f"/dev/{nst}" if nst else "",
            }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:  # the device goes this moment
        return ""


def _serial(path: Path) -> str:
    try:
        page = path.read_bytes()
    except OSError:
        return ""
    return page[VPD_HEADER_BYTES:].decode("ascii", "replace").strip(" \0")


def _name(folder: Path, pattern: str) -> str:
    return min((path.name for path in folder.glob(pattern)), default="")


def main() -> int:
    """Print them."""
    for device in devices():
        sys.stdout.write(json.dumps(device) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
