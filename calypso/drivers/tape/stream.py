"""The program at the tape's end of a pipe: its argv, and what it says. See `ends/program.py`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from calypso.drivers.tape import (
    BlockTooLarge,
    CleaningCartridge,
    DriveBusy,
    DriveEmpty,
    DriveNotReady,
    DriveOffline,
    EndOfData,
    EndOfMedium,
    MediumDamaged,
    NotPermitted,
    OutOfSpace,
    PositionUnknown,
    StreamBroken,
    Streamed,
    TapeError,
    Unsupported,
    WormViolation,
    WriteProtected,
)
from calypso.host import Ran

KINDS: dict[str, type[TapeError]] = {
    "block_too_large": BlockTooLarge,
    "busy": DriveBusy,
    "cleaning": CleaningCartridge,
    "damaged": MediumDamaged,
    "empty": DriveEmpty,
    "end_of_data": EndOfData,
    "not_permitted": NotPermitted,
    "not_ready": DriveNotReady,
    "offline": DriveOffline,
    "out_of_space": OutOfSpace,
    "position": PositionUnknown,
    "reader_gone": StreamBroken,
    "unsupported": Unsupported,
    "worm": WormViolation,
    "write_protected": WriteProtected,
}
PROGRAM = Path(__file__).parent / "ends" / "program.py"


def argv(verb: str, kind: str, target: str | Path, number: int, *options: str) -> list[str]:
    """Return the argv of the program; it needs nothing but this Python."""
    program = [sys.executable, "-I", "-S", "-B", str(PROGRAM)]
    return [*program, verb, kind, str(target), str(number), *options]


def moved_bytes(line: str) -> int | None:
    """Return how far the program is, when a line of its stderr tells."""
    word, _, rest = line.partition("\t")
    return int(rest) if word == "bytes" and rest.isdecimal() else None


def written(stages: Sequence[Ran]) -> Streamed:
    """Return what a pipe wrote whose last stage was a writer, when all of it is on the tape.

    EndOfMedium and other refusals of the tape first, since they end the stages before too; then
    StreamBroken for a stage before, of which too little may have reached the tape.
    """
    streamed = read_end(stages[-1])
    _refuse_broken(stages[:-1])
    return streamed


def was_read(stages: Sequence[Ran]) -> Streamed:
    """Return what a pipe read whose first stage was a reader, when all of it was taken."""
    try:
        streamed = read_end(stages[0])
    except StreamBroken:
        _refuse_broken(stages[1:])
        raise
    _refuse_broken(stages[1:])
    return streamed


def read_end(ran: Ran) -> Streamed:
    """Return what the program moved; the refusal it ended with as a type."""
    for line in reversed(ran.stderr.splitlines()):
        word, _, rest = line.partition("\t")
        if word == "end" and ran.ok:
            return Streamed(**json.loads(rest))
        if word == "error":
            raise _refusal(*rest.split("\t"))
    raise StreamBroken(
        f"The program at the tape ended with status {ran.code} before its end.",
        original=ran.stderr,
    )


def _refusal(kind: str, text: str, told: str) -> TapeError:
    streamed = Streamed(**json.loads(told))
    if kind == "end_of_medium":
        return EndOfMedium(
            f"The cartridge is full after {streamed.bytes} bytes of the stream.",
            original=text,
            streamed=streamed,
        )
    return KINDS.get(kind, TapeError)(text, original=text)


def _refuse_broken(stages: Sequence[Ran]) -> None:
    for ran in stages:
        if not ran.ok:
            raise StreamBroken(
                f"{Path(ran.argv[0]).name} ended with status {ran.code}: {ran.complaint}",
                original=ran.stderr,
            )
