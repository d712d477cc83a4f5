"""How a drive of a folder library stands, read from its folder."""

from pathlib import Path
from typing import Any

from calypso.drivers.tape import CartridgeKind, Drive, DriveState, alert
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.filelib.shelf import DRIVE, LOADED, Shelf, read_json


def drives(shelf: Shelf) -> list[Drive]:
    """Return every drive of a library as it stands."""
    return [drive(shelf, number) for number in range(len(shelf.drives))]


def drive(shelf: Shelf, number: int) -> Drive:
    """Return a drive as it stands. Who uses it is not disturbed."""
    path = shelf.folder(shelf.drive(number))
    told, element = read_json(path / DRIVE), shelf.element(shelf.drive(number))
    plain = Drive(
        serial=shelf.drives[number],
        library=shelf.name,
        number=number,
        vendor="Calypso",
        product="Folder drive",
        revision="1",
        device=str(path),
        state=DriveState.EMPTY,
        barcode=element.barcode,
        source=element.source,
        tape_alerts=tuple(map(alert, told["tape_alerts"])),
    )
    if not told["is_online"]:
        reason = "It is switched off in drive.json."
        return plain.model_copy(update={"state": DriveState.OFFLINE, "reason": reason})
    return plain.model_copy(update=_state(path))


def _state(path: Path) -> dict[str, Any]:
    if folder.is_in_use(path):
        return {"state": DriveState.BUSY}
    cartridge = folder.loaded(path)
    return _loaded(path, cartridge) if cartridge else {"state": DriveState.EMPTY}


def _loaded(path: Path, cartridge: Path) -> dict[str, Any]:
    about, found = folder.about(cartridge), folder.files(cartridge)
    at = folder.position(path)
    if about["kind"] == CartridgeKind.CLEANING:
        return {"state": DriveState.NOT_READY, "reason": "It holds a cleaning cartridge."}
    if is_ejected(path, cartridge):
        return {"state": DriveState.NOT_READY, "reason": "The cartridge is ejected."}
    known = {"file": at[0], "block": at[1]} if at else {}
    return {
        **known,
        "state": DriveState.LOADED,
        "is_at_start": at == (0, 0),
        "is_at_mark": at is not None and at[0] > 0 and at[1] == 0,
        "is_at_end": at == folder.end(found),
        "is_write_protected": about["is_write_protected"],
        "is_encrypting": False,
        "block_bytes": 0,
    }


def is_ejected(path: Path, cartridge: Path) -> bool:
    """Tell whether the cartridge was let go, and waits for the robot."""
    told = read_json(path / LOADED, {})
    return bool(told.get("is_ejected")) and told.get("barcode") == cartridge.name
