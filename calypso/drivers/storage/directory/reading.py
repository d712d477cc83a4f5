"""From lines the tree programs print to progress. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_PROGRESS = re.compile(r"\d\d:\d\d:\d\d\t(\d+)\t.+")


class Progress:
    """Hears lines in the form of `zfs send -vP` and hands bytes on."""

    def __init__(self, tell: Callable[[int, int | None], None]) -> None:
        self._tell = tell
        self.is_paused = False
        self.total_bytes: int | None = None
        self.done_bytes = 0
        self.damaged: list[str] = []

    def hear(self, line: str) -> None:
        """Take one line; what is not about progress is passed over."""
        word, _, rest = line.partition("\t")
        self.is_paused = word == "paused"
        if self.is_paused:
            self._tell(self.done_bytes, self.total_bytes)
        elif word == "damaged":
            self.damaged.append(rest)
        elif word == "size" and rest.isdigit():
            self.total_bytes = int(rest)
            self._tell(self.done_bytes, self.total_bytes)
        elif found := _PROGRESS.fullmatch(line):
            self.done_bytes = int(found[1])
            self._tell(self.done_bytes, self.total_bytes)


def followed_scan(line: str) -> Mapping[str, Any] | None:
    """Return what a followed scrub has written down, or None for another line."""
    word, _, rest = line.partition("\t")
    if word != "scan":
        return None
    told: Mapping[str, Any] = json.loads(rest)
    return told
