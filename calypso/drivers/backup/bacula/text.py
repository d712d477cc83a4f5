"""Bytes from a director as text, and text of ours as words of a command."""

import re

from calypso.drivers.backup.refusals import BadName

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:-]{0,126}")
_ENDS_WORD = re.compile(r'(["\\])')


def readable(text: bytes) -> str:
    r"""Return text for people: no control characters, and what is no UTF-8 as `\xff`."""
    return _CONTROL.sub(" ", text.decode("utf-8", "backslashreplace"))


def raw(text: bytes) -> str:
    """Return text that may be the name of a file: any bytes, none is lost."""
    return text.decode("utf-8", "surrogateescape")


def word(key: str, name: str) -> str:
    """Return `key="name"` for a command; BadName for what no resource can be called.

    Bacula takes letters, digits and ` ._:-/` in names. A quote or a newline could end the word.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise BadName(
            f"No {key} can be called {name!r}: letters, digits, spaces and . _ : - only, "
            "127 of them at most, the first a letter or digit, the last no space."
        )
    return f'{key}="{name}"'


def path_word(key: str, path: str) -> str:
    r"""Return `key="path"` for a command. A path may hold anything but NUL; `"` and `\` are marked.

    A command is one packet, so a newline does not end it.
    """
    if "\0" in path:
        raise BadName("A path holds a NUL character, which no file can have.")
    marked = _ENDS_WORD.sub(r"\\\1", path)
    return f'{key}="{marked}"'


def numbers(key: str, values: tuple[int, ...] | list[int]) -> str:
    """Return `key=1,2,3` for a command."""
    return f"{key}={','.join(str(int(value)) for value in values)}"


def command(*words: str | None) -> str:
    """Return a command of those words that are there."""
    return " ".join(one for one in words if one)
