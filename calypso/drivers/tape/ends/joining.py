"""Reads tape files, or pieces of them, one after the other. Standard library only."""

import hashlib
import os
from collections.abc import Iterator, Sequence

from calypso.drivers.tape.ends.entries import Entries
from calypso.drivers.tape.ends.orders import Order, Orders, tell, told
from calypso.drivers.tape.ends.program import Tape, opened
from calypso.drivers.tape.ends.saying import Moved

END_OF_TAR = bytes(1024)


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
