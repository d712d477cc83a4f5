"""What the demo shows of tape: a snapshot goes to a cartridge and comes back."""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from files import checksum
from person import Person, check
from rich.filesize import decimal

TRIAL = "filelib"  # a library in a directory; nobody's real cartridges are written for a demo
Step = Callable[[str], AbstractContextManager[list[str]]]


class Tapes:
    """A media pool of the demo, and what is done with it."""

    def __init__(self, person: Person, pool: str) -> None:
        self._person, self._pool = person, pool

    def tidy(self, prefix: str) -> None:
        """Remove the pools that an earlier demo left, and make their cartridges scratch again."""
        if not self._is_trial():
            return
        for row in self._person.rows("tape/pools"):
            if row["key"].startswith(prefix):
                self._remove(row["key"])

    def tell(self, snapshot: str, home: Path, aside: Path, step: Step) -> None:
        """Archive a snapshot that is as `home`, and restore it; both are compared."""
        if not self._is_trial():
            with step("Archive the snapshot to a cartridge") as said:
                said.append("left out: the tapes of this machine are real")
            return
        drive = self._person.rows("tape/drives")[0]["serial"]
        with step("Archive the snapshot to a cartridge") as said:
            archived = self._archive(snapshot, drive)
            what = f"{archived['files']} files, {decimal(archived['bytes'])}"
            said.append(f"{what} on {', '.join(archived['cartridges'])}")
        with step("Restore it from there") as said:
            self._restore(archived["archive"], drive, aside)
            # A snapshot of the directory product lies there without write permission.
            back, here = (checksum(tree, writable=False) for tree in (aside, home))
            check(back == here, "what came from tape is not what went there")
            _remove_tree(aside)
            said.append("every file is the same")

    def _is_trial(self) -> bool:
        return bool(self._person.until_served("tape")["driver"] == TRIAL)

    def _archive(self, snapshot: str, drive: str) -> dict[str, Any]:
        media = self._person.rows("tape/media", kind="data")
        blank = [row["barcode"] for row in media if row["state"] in (None, "scratch")]
        self._person.run("tape.pool_create", pool=self._pool)
        self._person.run("tape.media_assign", cartridges=blank[:2], pool=self._pool)
        return self._person.run(
            "tape.archive_write", snapshot=snapshot, pool=self._pool, drive=drive, wait_s=0
        )

    def _restore(self, archive: str, drive: str, target: Path) -> None:
        self._person.run("tape.archive_read", archive=archive, drive=drive, target=str(target))

    def _remove(self, pool: str) -> None:
        held = [row["barcode"] for row in self._person.rows("tape/media", pool=pool)]
        if held:
            self._person.run("tape.media_release", cartridges=held, pool=pool)
            self._person.run("tape.media_assign", cartridges=held)
        self._person.run("tape.pool_delete", pool=pool)


def _remove_tree(folder: Path) -> None:
    """Remove a tree whose folders nobody may write to."""
    for path, _, _ in os.walk(folder):
        Path(path).chmod(0o700)
    shutil.rmtree(folder)
