"""What `.status` prints with `.api 2`: lines of key=value, a blank line between two things."""

import re
from collections.abc import Mapping

from calypso.drivers.backup.bacula import letters
from calypso.drivers.backup.run_values import LiveRun

Block = Mapping[str, str]
WAITS_FOR_MOUNT = "M"
_NOT_IN_KEYS = re.compile(r"[ /]")


def blocks(text: str) -> list[Block]:
    """Return the things that were printed; keys in small letters, `_` for a space or slash."""
    found = [_block(part) for part in re.split(r"\n\s*\n", text)]
    return [block for block in found if block]


def _block(text: str) -> Block:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {_NOT_IN_KEYS.sub("_", key.strip().lower()): value.strip() for key, _, value in pairs}


def of_run(text: str, run_id: int) -> Block | None:
    """Return what was printed of a run; None when it is not there."""
    return next((one for one in blocks(text) if one.get("jobid") == str(run_id)), None)


def number(block: Block, key: str) -> int:
    """Return a number; 0 for what is none, since a client may print anything."""
    told = block.get(key, "").replace(",", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def live(run_id: int, director: Block, client: Block, storage: Block) -> LiveRun:
    """Return what director, client and storage print of one run, each perhaps nothing.

    The director's own numbers stay 0 while it runs. The client counts what it has read, the
    storage what it has written; after the client is done the storage still writes.
    """
    letter = director.get("status", "")
    volume = storage.get("write_volume") or storage.get("read_volume") or None
    phase = director.get("status_desc", "").removeprefix("is ") or "running"
    if letter == WAITS_FOR_MOUNT and volume is not None:
        phase = f"{phase}: volume {volume}"
    return LiveRun(
        id=run_id,
        state=letters.state(letter),
        phase=phase,
        files=max(number(client, "jobfiles"), number(storage, "jobfiles")),
        bytes=max(number(client, "jobbytes"), number(storage, "jobbytes")),
        bytes_per_s=number(client, "bytes_sec") or number(storage, "lastbytes_sec"),
        files_examined=number(client, "files_examined"),
        current_file=client.get("processing_file") or None,
        errors=number(client, "errors") + number(storage, "errors"),
        volume=volume,
        device=storage.get("write_device") or storage.get("read_device") or None,
    )


def volumes(text: str) -> set[str]:
    """Return the volumes that a storage writes or reads now."""
    keys = ("write_volume", "read_volume")
    return {block[key] for block in blocks(text) for key in keys if block.get(key)}
