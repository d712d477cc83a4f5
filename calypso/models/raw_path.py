r"""Names of files as text that JSON and PostgreSQL can carry: a name may be any bytes.

Inside, bytes that are no UTF-8 stand as surrogates (PEP 383). For people and in parameters such a
byte is written `\xff`, and a backslash `\\`; all else stays as it is.
"""

import re

_SURROGATE_OR_BACKSLASH = re.compile(r"[\udc80-\udcff\\]")
_WRITTEN = re.compile(r"\\(\\|x[0-9a-f]{2})")


def shown(path: str) -> str:
    """Return a name as people see it."""
    return _SURROGATE_OR_BACKSLASH.sub(_written, path)


def meant(text: str) -> str:
    """Return the name that somebody wrote; ValueError for a backslash that means nothing."""
    if "\\" in _WRITTEN.sub("", text):
        raise ValueError(r"write a backslash as \\ and a byte that is no UTF-8 as \xff")
    raw = _WRITTEN.sub(_byte, text)
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _written(found: re.Match[str]) -> str:
    letter = found[0]
    return "\\\\" if letter == "\\" else f"\\x{ord(letter) - 0xDC00:02x}"


def _byte(found: re.Match[str]) -> str:
    told = found[1]
    return "\\" if told == "\\" else _of(int(told[1:], 16))


def _of(byte: int) -> str:
    return bytes([byte]).decode("utf-8", "surrogateescape")
