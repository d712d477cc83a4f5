"""What a verify has found, in the words of its log."""

import re
from collections.abc import Iterable, Iterator

from calypso.drivers.backup.refusals import FilesDiffer

MOST_NAMED = 5
_NEW = re.compile(r" JobId \d+: New file: (/.*)$", re.DOTALL)
_CHANGED = re.compile(r" JobId \d+: File: (/.*)$", re.DOTALL)
_GONE = re.compile(r" JobId \d+: Warning: The following files are in the Catalog but not on")
_NAMED = re.compile(r" JobId \d+: +(/.*)$", re.DOTALL)


def of_log(lines: Iterable[str]) -> FilesDiffer:
    """Return which files differ and how."""
    found = list(_found(lines))
    named = ", ".join(f"{path} {how}" for path, how in found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    others = f", and {more} more" if more > 0 else ""
    return FilesDiffer(
        f"{len(found)} files differ: {named}{others}." if found else "Files differ.",
        original="\n".join(f"{how}: {path}" for path, how in found),
    )


def _found(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    is_gone = False
    for line in lines:
        is_gone = is_gone or bool(_GONE.search(line))
        for pattern, how in ((_NEW, "is new"), (_CHANGED, "was changed")):
            if told := pattern.search(line):
                yield told[1], how
        if is_gone and (told := _NAMED.search(line)):
            yield told[1], "is gone"
