"""Barcodes that follow one another. Pure."""

import re

_NUMBERED = re.compile(r"(?P<head>.*?)(?P<number>\d+)(?P<code>[A-Z][A-Z0-9])?")


def series(first: str, count: int) -> tuple[str, ...]:
    """Return `count` barcodes from `first` on: VT0009L5, VT0010L5; ValueError when it has no room.

    The two characters at the end that say what medium it is stay as they are.
    """
    told = _NUMBERED.fullmatch(first)
    if count == 1 or told is None:
        if count > 1:
            raise ValueError(f"{first} has no number that could be counted up")
        return (first,)
    width, start = len(told["number"]), int(told["number"])
    if len(str(start + count - 1)) > width:
        raise ValueError(f"{first} has room for {10**width - start} numbers, not for {count}")
    code = told["code"] or ""
    return tuple(f"{told['head']}{start + n:0{width}}{code}" for n in range(count))
