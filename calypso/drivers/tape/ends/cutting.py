"""Cuts a stream into tape files, and digests it beside. Standard library only."""

import hashlib
import os
from collections.abc import Sequence
from queue import Queue
from threading import Thread
from typing import Any

from calypso.drivers.tape.ends.entries import Entries
from calypso.drivers.tape.ends.orders import Order, Orders, tell, told
from calypso.drivers.tape.ends.program import Tape, opened
from calypso.drivers.tape.ends.saying import Moved, Refusal

SKIP_BLOCK_BYTES = 1 << 18
WAITING_BLOCKS = 32  # for their digest, so that neither waits for the other for long


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
        tell("ready", {"entries": self._count, "scan": self._entries.state})
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
