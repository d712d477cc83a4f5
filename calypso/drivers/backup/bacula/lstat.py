"""What the catalog has of a file: sixteen numbers in Bacula's base64, separated by spaces.

dev ino mode nlink uid gid rdev size blksize blocks atime mtime ctime link-index flags stream.
Source: Bacula findlib/attribs.c, encode_stat().
"""

import stat
from datetime import UTC, datetime

from calypso.drivers.backup.file_values import FileEntry, FileKind

_DIGITS = {
    digit: value
    for value, digit in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    )
}
_MODE, _SIZE, _MTIME, _LINK = 2, 7, 11, 13
_KINDS = {
    stat.S_IFDIR: FileKind.FOLDER,
    stat.S_IFREG: FileKind.FILE,
    stat.S_IFLNK: FileKind.LINK,
}


def number(text: str) -> int:
    """Return the number of a word; ValueError for what is none."""
    value = 0
    for digit in text.removeprefix("-"):
        if digit not in _DIGITS:
            raise ValueError(f"{text!r} is no number in Bacula's base64")
        value = value * 64 + _DIGITS[digit]
    return -value if text.startswith("-") else value


def numbers(text: str) -> list[int]:
    """Return the numbers of a file; ValueError when they are too few."""
    found = [number(word) for word in text.split()]
    if len(found) <= _LINK:
        raise ValueError(f"{text!r} tells too little of a file")
    return found


def entry(
    *, path: str, text: str, file_id: int, run_id: int, path_id: int, name_id: int
) -> FileEntry:
    """Return a file of the catalog."""
    told = numbers(text)
    known = file_id > 0
    kind = _KINDS.get(stat.S_IFMT(told[_MODE]), FileKind.OTHER)
    return FileEntry(
        path=path,
        kind=FileKind.FOLDER if path.endswith("/") else kind,
        size_bytes=told[_SIZE] if known else None,
        modified_at=datetime.fromtimestamp(told[_MTIME], UTC) if known else None,
        mode=stat.S_IMODE(told[_MODE]) if known else None,
        file_id=file_id,
        run_id=run_id,
        path_id=path_id,
        name_id=name_id,
        link_index=max(told[_LINK], 0),
    )
