"""The end of a pipe that is many tape files: `python -I -S -B parts.py VERB ORDERS …`.

    write ORDERS BLOCK_BYTES WRITTEN   stdin → tape files, each as it is ordered
    read  ORDERS                       tape files, or pieces of them → stdout
    scan  ORDERS                       tape files → what is in them

ORDERS is a named pipe; each line in it names a file of JSON. WRITTEN is such a file: bytes and
SHA-256 of the parts that earlier runs have written, which are passed over. Between two orders no
tape is open, so that who gives them can move cartridges. It may be killed at any point; on SIGTERM
it finishes the block, writes the file mark and ends. `write` and `scan` tell `entry JSON` and
`part JSON` on stdout, `read` on stderr; else it speaks as `program.py` does.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from types import FrameType, ModuleType
from typing import Any

if __name__ == "__main__":
    # The packages above bring in the protocol and with it pydantic, not in reach under -S.
    path, names = Path(__file__).parent, ["calypso", "drivers", "tape", "ends"]
    while names:
        package = ModuleType(".".join(names))
        package.__path__ = [str(path)]
        sys.modules[package.__name__] = package
        path, names = path.parent, names[:-1]

from calypso.drivers.tape.ends.entries import Entries, Entry
from calypso.drivers.tape.ends.program import Tape, opened, widen
from calypso.drivers.tape.ends.saying import Moved, Refusal, kind_of, say

END_OF_TAR = bytes(1024)
SKIP_BLOCK_BYTES = 1 << 18
WAITING_BLOCKS = 32  # for their digest, so that neither waits for the other for long
Order = dict[str, Any]


class Orders:
    """What is to be done next; ends the program when it is to stop while it waits."""

    def __init__(self, path: str) -> None:
        self._folder = Path(path).parent
        # Open for both, so that there is no end before the last order.
        self._pipe = os.fdopen(os.open(path, os.O_RDWR | os.O_CLOEXEC), encoding="utf-8")
        self.is_stopping = self._waits = False
        signal.signal(signal.SIGTERM, self._stop)

    def __iter__(self) -> Iterator[Order]:
        while True:
            self._waits = True
            if self.is_stopping:
                raise Refusal("stopped", "It was told to stop.")
            name = self._pipe.readline().strip()
            self._waits = False
            order: Order = json.loads((self._folder / name).read_text(encoding="utf-8"))
            if order["verb"] == "end":
                return
            yield order

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_stopping = True
        if self._waits:
            raise Refusal("stopped", "It was told to stop.")


class Digests:
    """Digests of the whole stream and of each part, made beside the reading and writing."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self._part: Any = None
        self._blocks: Queue[memoryview] = Queue(WAITING_BLOCKS)
        Thread(target=self._work, daemon=True).start()

    def begin_part(self) -> None:
        """Let a part begin here. The first one is the whole so far: it costs no second digest."""
        self._blocks.join()
        self._part = hashlib.sha256() if self._part is not None else self._whole

    def add(self, block: memoryview) -> None:
        """Add a block, which must stay as it is while WAITING_BLOCKS + 1 more are added."""
        self._blocks.put(block)

    @property
    def part(self) -> str:
        """Of the part, in hex."""
        self._blocks.join()
        return str(self._part.hexdigest())

    @property
    def whole(self) -> str:
        """Of all, in hex."""
        self._blocks.join()
        return self._whole.hexdigest()

    def _work(self) -> None:
        while True:
            block = self._blocks.get()
            self._whole.update(block)
            if self._part is not self._whole:
                self._part.update(block)
            self._blocks.task_done()


class Source:
    """Stdin in blocks, one read ahead: whether there is more is known before a part ends."""

    def __init__(self, block_bytes: int) -> None:
        self._pipe = os.fdopen(0, "rb", buffering=0)
        self._buffers = [memoryview(bytearray(block_bytes)) for _ in range(WAITING_BLOCKS + 3)]
        self._turn = 0
        self.block = self._fill()  # empty at the end

    def step(self) -> None:
        """Go on to the next block; the WAITING_BLOCKS + 2 before stay as they are."""
        self.block = self._fill()

    def _fill(self) -> memoryview:
        self._turn = (self._turn + 1) % len(self._buffers)
        buffer, have = self._buffers[self._turn], 0
        while have < len(buffer) and (got := self._pipe.readinto(buffer[have:])):
            have += got
        return buffer[:have]


class Writing:
    """Cuts a stream into tape files."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._digests, self._entries, self._moved = Digests(), Entries(), Moved()
        self._count = 0  # of the members that were passed over

    def skip(self, parts: Sequence[tuple[int, str]]) -> None:
        """Pass over what earlier runs have written, if it is the same."""
        for size_bytes, sha256 in parts:
            self._digests.begin_part()
            if self._skip(size_bytes) or self._digests.part != sha256:
                raise Refusal("changed", "The source is no longer what it was when this began.")

    def _skip(self, left_bytes: int) -> int:
        """Pass over some of the stream; returns how much of that there was not."""
        while left_bytes and (data := os.read(0, min(left_bytes, SKIP_BLOCK_BYTES))):
            self._digests.add(memoryview(data))
            self._count += sum(1 for _ in self._entries.feed(memoryview(data)))
            left_bytes -= len(data)
        return left_bytes

    def run(self, block_bytes: int) -> None:
        """Write as ordered until the stream has ended."""
        source = Source(block_bytes)
        tell("ready", {"entries": self._count})
        for order in self._orders:
            kind, target, number, *options = order["tape"]
            if int(number) != block_bytes:
                raise Refusal("unsupported", "All parts have blocks of one size.")
            with opened(kind, target, writable=True, is_worm="worm" in options) as tape:
                if self._header(tape, order["header"].encode(), block_bytes):
                    part = self._part(tape, source, block_bytes, int(order["most_bytes"]))
                else:
                    part = {"has_header": False}
            tell("part", part)
            if self._orders.is_stopping:
                raise Refusal("stopped", "It was told to stop.")

    @staticmethod
    def _header(tape: Tape, text: bytes, block_bytes: int) -> bool:
        """Write the tape file before the part; False when the cartridge has no room for it."""
        tape.begin_writing(block_bytes)
        room = all(
            tape.write(memoryview(text)[at : at + block_bytes])
            for at in range(0, len(text), block_bytes)
        )
        tape.mark()
        return room

    def _part(self, tape: Tape, source: Source, block_bytes: int, most_bytes: int) -> Order:
        self._digests.begin_part()
        begun_bytes, begun_blocks, offset = self._moved.bytes, self._moved.blocks, self._entries.at
        tape.begin_writing(block_bytes)
        room = True
        while source.block and not self._orders.is_stopping:
            if self._moved.bytes - begun_bytes + len(source.block) > most_bytes:
                break
            if not (room := tape.write(source.block)):
                break
            self._passed(source)
        tape.mark()
        return {
            "has_header": True,
            "offset": offset,
            "bytes": self._moved.bytes - begun_bytes,
            "blocks": self._moved.blocks - begun_blocks,
            "sha256": self._digests.part,
            "is_full": not room,
            "is_last": not source.block,
            "whole_sha256": self._digests.whole,
            "scan": self._entries.state,
        }

    def _passed(self, source: Source) -> None:
        block = source.block
        self._digests.add(block)
        for entry in self._entries.feed(block):
            tell("entry", told(entry))
        self._moved.add(len(block))
        source.step()


class Reading:
    """Reads tape files one after the other."""

    def __init__(self, orders: Orders, out: int | None) -> None:
        self._orders, self._out = orders, out
        self._moved = Moved()

    def run(self) -> None:
        """Read as ordered, until there are no more orders."""
        tell("ready", {}, aside=self._out is not None)
        in_pieces = False
        for order in self._orders:
            in_pieces = order.get("keep") is not None
            kind, target, number, *_ = order["tape"]
            with opened(kind, target, writable=False, is_worm=False) as tape:
                part = self._part(tape, int(number), order)
            tell("part", part, aside=self._out is not None)
        if in_pieces:
            self._put(memoryview(END_OF_TAR))

    def _part(self, tape: Tape, most_bytes: int, order: Order) -> Order:
        digest, size, blocks = hashlib.sha256(), 0, 0
        keep = order.get("keep")
        entries = _entries(order)
        until = keep[-1][1] if keep else None
        for block in tape.blocks(most_bytes):
            view = memoryview(block)
            for piece in _kept(view, size, keep):
                self._put(piece)
            digest.update(view)
            for entry in entries.feed(view) if entries is not None else ():
                tell("entry", told(entry))
            size, blocks = size + len(view), blocks + 1
            self._moved.add(len(view))
            if self._orders.is_stopping or (until is not None and size >= until):
                return {"bytes": size, "blocks": blocks, "is_whole": False}
        return {
            "bytes": size,
            "blocks": blocks,
            "is_whole": True,
            "is_marked": tape.end_reading(),
            "sha256": digest.hexdigest(),
            "is_broken": entries is not None and entries.is_broken,
        }

    def _put(self, piece: memoryview) -> None:
        while self._out is not None and piece:
            piece = piece[os.write(self._out, piece) :]


def _entries(order: Order) -> Entries | None:
    if not order.get("entries"):
        return None
    return Entries.from_state(order["scan"]) if order.get("scan") else Entries()


def _kept(block: memoryview, at: int, keep: Sequence[Sequence[int]] | None) -> Iterator[memoryview]:
    """Yield what of a block at an offset is wanted; `keep` lists [from, to) in order."""
    if keep is None:
        yield block
        return
    while keep and keep[0][1] <= at:
        del keep[0]  # type: ignore[attr-defined]  # the order's own list
    for begin, end in keep:
        if begin >= at + len(block):
            return
        yield block[max(0, begin - at) : end - at]


def told(entry: Entry) -> Order:
    """Return a member as JSON tells it: names as hex, since they may be any bytes."""
    return {
        "path": entry.path.hex(),
        "kind": entry.kind,
        "size_bytes": entry.size_bytes,
        "mtime": str(entry.mtime),
        "start": entry.start,
        "end": entry.end,
        "link": entry.link.hex(),
    }


def tell(word: str, what: Order, *, aside: bool = False) -> None:
    """Say a line on stdout, or on stderr where stdout carries data."""
    if aside:
        say(word, json.dumps(what))
        return
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(f"{word}\t{json.dumps(what)}\n".encode())
        if word != "entry":
            sys.stdout.buffer.flush()


def _write(orders: str, block_bytes: str, written: str) -> None:
    widen(0)
    writing = Writing(Orders(orders))
    writing.skip(json.loads(Path(written).read_text(encoding="utf-8")))
    writing.run(int(block_bytes))


def _read(orders: str) -> None:
    widen(1)
    Reading(Orders(orders), 1).run()


def _scan(orders: str) -> None:
    Reading(Orders(orders), None).run()


VERBS: dict[str, Callable[..., None]] = {
    "write": _write,
    "read": _read,
    "scan": _scan,
}


def main(argv: Sequence[str]) -> int:
    """Do as told; 0, or 1 with the reason as the last line on stderr."""
    nothing = Moved().told()
    try:
        VERBS[argv[0]](*argv[1:])
    except Refusal as refused:
        say("error", refused.kind, str(refused), nothing)
    except OSError as failed:
        say("error", kind_of(failed), str(failed.strerror), nothing)
    else:
        say("end", nothing)
        return 0
    finally:
        with suppress(BrokenPipeError):
            sys.stdout.flush()
    return 1


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # nothing is left to do, and a closed pipe must not print more
