"""Orders to the program at the end of a pipe that is many tape files. See `ends/parts.py`."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from calypso.drivers.tape import TapeError, stream
from calypso.host import Argv, Host, Ran

_PROGRAM = Path(__file__).parent / "ends" / "parts.py"
_PEEK_TIMEOUT_S = 600.0


class SourceChanged(TapeError):
    """What was to go on is no longer what it was when it began."""

    code = "tape_source_changed"
    title = "Source has changed"


class Desk:
    """Gives orders to one program, from a private folder; use it as a context."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._pipe = -1

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True)
        os.mkfifo(self._folder / "orders", 0o600)
        # Open for both: an order waits in the pipe until the program takes it, dead or alive.
        self._pipe = os.open(self._folder / "orders", os.O_RDWR | os.O_CLOEXEC)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        os.close(self._pipe)
        for path in self._folder.iterdir():
            path.unlink()
        self._folder.rmdir()

    # -- the program

    def writer(self, block_bytes: int, written: Sequence[tuple[int, str]]) -> Argv:
        """Return the last stage of a pipe: writes its stdin as parts, behind those `written`."""
        path = self._folder / "written.json"
        path.write_text(json.dumps(list(written)), encoding="utf-8")
        return _argv("write", str(self._folder / "orders"), str(block_bytes), str(path))

    def reader(self) -> Argv:
        """Return the first stage of a pipe: prints parts, or pieces of them."""
        return _argv("read", str(self._folder / "orders"))

    def scanner(self) -> Argv:
        """Return a pipe of one stage: tells what is in parts."""
        return _argv("scan", str(self._folder / "orders"))

    # -- orders

    def write(self, writer: Argv, *, header: str, most_bytes: int) -> None:
        """Let the next part be written, behind a tape file that says what it is.

        As `writer` would, which is what `Tape.writer` returned.
        """
        told = {"tape": _end(writer), "header": header, "most_bytes": most_bytes}
        self._give({"verb": "write", **told})

    def read(
        self,
        reader: Argv,
        *,
        keep: Sequence[tuple[int, int]] | None = None,
        entries: bool = False,
        scan: Mapping[str, Any] | None = None,
    ) -> None:
        """Let a tape file be read as `reader` would: what `Tape.reader` returned.

        `keep`: only these stretches of it, in order. `entries`: tell its members; `scan` is how
        the part before it left the scanner.
        """
        told = {"keep": keep, "entries": entries, "scan": scan}
        self._give({"verb": "read", "tape": _end(reader), **told})

    def end(self) -> None:
        """Give no more orders."""
        self._give({"verb": "end"})

    def _give(self, order: Mapping[str, Any]) -> None:
        self._count += 1
        name = f"{self._count}.json"
        (self._folder / name).write_text(json.dumps(order), encoding="utf-8")
        os.write(self._pipe, f"{name}\n".encode())


def heard(line: str) -> tuple[str, dict[str, Any]]:
    """Return a word of the program and what goes with it; an empty word for anything else."""
    word, _, rest = line.partition("\t")
    if word in ("ready", "entry", "part") and rest:
        return word, json.loads(rest)
    if (moved := stream.moved_bytes(line)) is not None:
        return "bytes", {"bytes": moved}
    return "", {}


def ended(ran: Ran) -> None:
    """Raise what the program ended with, if it was not well."""
    last = ran.stderr.rstrip("\n").rpartition("\n")[2].split("\t")
    if last[:2] == ["error", "changed"]:
        raise SourceChanged(last[2])
    stream.read_end(ran)


def peek(host: Host, reader: Argv) -> bytes:
    """Return the first block of the tape file that `reader` would read; empty when it is empty.

    Then the tape stands behind a tape file of one block, within a longer one nobody knows where.
    EndOfData where there is no tape file.
    """
    kind, target, block_bytes, *_ = _end(reader)
    argv = stream.argv("peek", kind, target, int(block_bytes))
    ran = host.run(argv, timeout_s=_PEEK_TIMEOUT_S)
    stream.read_end(ran)
    return bytes.fromhex(ran.stdout)


def _argv(verb: str, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-B", str(_PROGRAM), verb, *arguments]


def _end(argv: Argv) -> list[str]:
    """Return kind, target, block size and options of a writer's or reader's argv."""
    return list(argv[argv.index(str(stream.PROGRAM)) + 2 :])
