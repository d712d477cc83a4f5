"""Restoring: a stream from tapes through GNU tar into a folder aside, then into the target."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calypso.drivers.tape import StreamBroken
from calypso.errors import Conflict
from calypso.host import Argv, Ran
from calypso.jobs.tape._merging import Merge, Replace, remove
from calypso.jobs.tape._reading import Reading
from calypso.models.running import RunningJob

# It reads zeros to the end of the stream, too: were it gone before, whoever still writes them would
# have failed, unless the pipe happens to hold them all.
TAKE = (
    "tar",
    "--extract",
    "--file=-",
    "--ignore-zeros",
    "--same-permissions",
    "--acls",
    "--xattrs",
    "--xattrs-include=*",
    "--delay-directory-restore",
    "--quoting-style=escape",
)


class TargetMissing(Conflict):
    """There is no directory in which the target could be."""

    code = "restore_target_missing"
    title = "No such directory"


class TargetFull(Conflict):
    """There is no room for what is restored."""

    code = "restore_target_full"
    title = "No room in the target"


class LinkMissing(Conflict):
    """A hard link was chosen without the file that it is another name of."""

    code = "restore_link_missing"
    title = "File behind a hard link was not chosen"


class RestoreFailed(Conflict):
    """GNU tar could not take what came from the tape."""

    code = "restore_failed"
    title = "Restore failed"


class Restore:
    """One restore into a directory. Until all of it is there and sound, the target is untouched."""

    def __init__(self, target: str, replace: Replace, running: RunningJob) -> None:
        self._target, self._replace, self._running = Path(target), replace, running
        self._lines: list[str] = []

    def run(self, reading: Reading, wanted_bytes: int) -> list[str]:
        """Read, unpack and put in place; returns the paths that were kept as they were."""
        try:
            return self._run(reading, wanted_bytes)
        except PermissionError as refused:
            raise RestoreFailed(
                f"{self._target} does not take it: {refused.strerror} ({refused.filename}). "
                "Restore to a directory that whoever Calypso runs as may write to."
            ) from refused

    def _run(self, reading: Reading, wanted_bytes: int) -> list[str]:
        self._prepare()
        self._refuse_full(wanted_bytes)
        with self._aside() as aside:
            self._unpack(reading, aside)
            self._running.report(phase="putting in place")
            merge = Merge(aside, self._target, self._replace)
            with self._running.tidying():
                merge.run()
            return merge.kept

    # -- the target

    def _prepare(self) -> None:
        try:
            self._target.mkdir(exist_ok=True)
        except (FileNotFoundError, NotADirectoryError, FileExistsError) as wrong:
            raise TargetMissing(f"{self._target} cannot be made: {wrong.strerror}.") from wrong
        for token in self._running.earlier_tokens:
            remove(self._folder(token))

    def _refuse_full(self, wanted_bytes: int) -> None:
        told = os.statvfs(self._target)
        free_bytes = told.f_bavail * told.f_frsize
        if wanted_bytes > free_bytes:
            raise TargetFull(
                f"{self._target} has {free_bytes} bytes free; {wanted_bytes} are to be restored."
            )

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        """Have a folder in the target's file system that vanishes, whatever happens."""
        aside = self._folder(self._running.token)
        aside.mkdir(mode=0o700)
        try:
            yield aside
        finally:
            with self._running.tidying():
                remove(aside)

    def _folder(self, token: str) -> Path:
        return self._target / f".{token}-restore"

    # -- tar

    def _unpack(self, reading: Reading, aside: Path) -> None:
        owner = "--same-owner" if os.geteuid() == 0 else "--no-same-owner"
        sink: Argv = [*TAKE, "--numeric-owner", owner, f"--directory={aside}"]
        tape, tar = reading.through(sink, self._lines.append)
        if not tar.ok:
            self._refuse(tar)
        reading.judge(tape)
        for line in self._lines:
            self._running.warn("restore_complaint", line)

    def _refuse(self, tar: Ran) -> None:
        said = "\n".join(self._lines) or tar.stderr
        if "No space left on device" in said or "Disk quota exceeded" in said:
            raise TargetFull(f"{self._target} became full; nothing of the restore is left there.")
        if link := _LINK.search(said):
            raise LinkMissing(f"{link[1]} is another name of {link[2]}. Choose that, too.")
        if tar.code < 0:
            raise StreamBroken(f"tar was killed (signal {-tar.code}).", original=said)
        raise RestoreFailed(f"tar refused: {tar.complaint}. Nothing was changed in the target.")


_LINK = re.compile(r"tar: (?:\./)?(.+): Cannot hard link to '(?:\./)?(.+)': No such file")
