"""Who may use the files of a tree, for every storage product: one program does the walk."""

import json
import re
from pathlib import Path

from calypso.drivers.storage import Access, OnItems
from calypso.drivers.storage.tree import read_answer, read_failure, tree_argv
from calypso.host import Host

_COUNTED = re.compile(r"\d\d:\d\d:\d\d\t(\d+)\t.*")
_ANSWER = "{"


def change_access(
    host: Host,
    root: Path | str,
    access: Access,
    *,
    folder: str,
    recursive: bool,
    on_files: OnItems,
    timeout_s: float,
) -> int:
    """Run the walk over the tree mounted at `root`; see `Storage.change_access`."""
    wanted = json.dumps(access.model_dump(exclude_none=True), sort_keys=True)
    heard = _Heard(on_files)
    ran = host.stream(
        tree_argv("access", root, folder, "recursive" if recursive else "alone", wanted),
        timeout_s=timeout_s,
        on_line=heard.hear,
    )
    if not ran.ok:
        raise read_failure(ran)
    return int(read_answer(heard.answer)["files"])


class _Heard:
    """What the walk says: how many files there may be, how many are done, and its answer."""

    def __init__(self, tell: OnItems) -> None:
        self._tell = tell
        self._total: int | None = None
        self.answer = ""

    def hear(self, line: str) -> None:
        """Take one line."""
        word, _, rest = line.partition("\t")
        if word == "size" and rest.isdigit():
            self._total = int(rest)
        elif found := _COUNTED.fullmatch(line):
            self._tell(int(found[1]), self._total)
        elif line.startswith(_ANSWER):
            self.answer = line
