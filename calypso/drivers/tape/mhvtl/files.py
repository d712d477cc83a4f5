"""mhvtl's files on this machine: read as one, and put in place as one or not at all.

    /etc/mhvtl/device.conf  library_contents.N  library_contents.N.persist
    /etc/mhvtl/calypso/staged/     what is to be put in place, read back and checked there
    /etc/mhvtl/calypso/last-good/  what it replaces
    /etc/mhvtl/calypso/change.json which change is under way; gone once it is done or undone

A change that died in the middle, with its worker too, is found by `change.json` and undone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from calypso.drivers.tape import (
    ConfigurationBroken,
    LibraryMissing,
    NotPermitted,
    OutOfSpace,
    TapeError,
)
from calypso.drivers.tape.mhvtl import contents, device_conf
from calypso.drivers.tape.mhvtl.checking import problems
from calypso.drivers.tape.mhvtl.commands import Commands
from calypso.drivers.tape.mhvtl.contents import Contents, Place
from calypso.drivers.tape.mhvtl.device_conf import DeviceConf, Record
from calypso.drivers.tape.mhvtl.problems import Problem, brought

FOLDER = Path("/etc/mhvtl")
STAGED = FOLDER / "calypso" / "staged"
LAST_GOOD = FOLDER / "calypso" / "last-good"
CHANGE = FOLDER / "calypso" / "change.json"
_KINDS: Mapping[int, type[TapeError]] = {
    EACCES: NotPermitted, EPERM: NotPermitted, EROFS: NotPermitted,
    ENOSPC: OutOfSpace, EDQUOT: OutOfSpace,
}  # fmt: skip
SHOWN = 5  # problems told of in one sentence


@dataclass(frozen=True)
class Configuration:
    """All files of mhvtl as they are, or as they are to be."""

    conf: DeviceConf
    contents: Mapping[int, Contents] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """The text of each file, by its name; contents first: alone they do no harm."""
        texts = {one.file: one.render() for one in self.contents.values()}
        return {**texts, device_conf.FILE: self.conf.render()}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with them."""
        return problems(self.conf, self.contents)

    def library(self, name: str) -> Record:
        """Return the library of that serial number; LibraryMissing."""
        for one in self.conf.libraries:
            if one.serial == name:
                return one
        raise LibraryMissing(f"mhvtl has no library with the serial number {name}.")

    def with_contents(self, new: Contents) -> "Configuration":
        """Return it with another contents file for that library."""
        return replace(self, contents={**self.contents, new.library: new})


class Change(BaseModel):
    """A change of one library that is under way: which files it replaced or removed, and added."""

    model_config = ConfigDict(frozen=True)

    replaced: tuple[str, ...]
    added: tuple[str, ...]
    library: int
    was_running: bool


class Files(Commands):
    """Reads mhvtl's files, and changes them."""

    def _configuration(self) -> Configuration:
        """Return the files as they are; a machine without any has no library."""
        text = self._text(device_conf.FILE)
        conf = device_conf.EMPTY if text is None else device_conf.parse(text)
        told = {one.id: self._text(f"{contents.FILE}.{one.id}") for one in conf.libraries}
        have = {number: contents.parse(number, one) for number, one in told.items() if one}
        return Configuration(conf, have)

    def _text(self, name: str) -> str | None:
        try:
            return self._host.read_text(FOLDER / name)
        except FileNotFoundError:
            return None
        except PermissionError as denied:
            raise NotPermitted(
                f"{FOLDER / name} cannot be read. Run the worker as root.", original=str(denied)
            ) from denied

    # -- put in place

    def _begin(
        self, library: int, after: Configuration, before: Configuration, *, was_running: bool
    ) -> None:
        """Check a configuration and keep what it will replace; from here on it can be undone.

        ConfigurationBroken, and nothing was changed.
        """
        refuse(after, before)
        self._stage(after, before)
        old, new = before.files, after.files
        touched = [name for name in {**old, **new} if self._text(name) != new.get(name)]
        kept = {name: text for name in touched if (text := self._text(name)) is not None}
        for name, text in kept.items():
            self._write(LAST_GOOD / name, text)
        change = Change(
            replaced=tuple(kept),
            added=tuple(name for name in touched if name not in kept),
            library=library,
            was_running=was_running,
        )
        self._write(CHANGE, change.model_dump_json())

    def _replace(self, library: int, after: Configuration, before: Configuration) -> None:
        """Put in place what was begun. Afterwards `_settle` or `undo_change`."""
        for name, text in after.files.items():
            if self._text(name) != text:
                self._do("mv", "-f", "--", str(STAGED / name), str(FOLDER / name))
        gone = [name for name in before.files if name not in after.files]
        self._remove(*gone, persisted(library))

    def _stage(self, after: Configuration, before: Configuration) -> None:
        """Write the files aside and check what arrived there: a full disk is found here."""
        self._do("mkdir", "-p", "--", str(STAGED), str(LAST_GOOD))
        for name, text in after.files.items():
            self._write(STAGED / name, text)
        arrived = self._staged(after)
        if arrived.files != after.files:
            raise TapeError(f"What was written to {STAGED} is not what can be read there.")
        refuse(arrived, before)

    def _staged(self, after: Configuration) -> Configuration:
        conf = device_conf.parse(self._host.read_text(STAGED / device_conf.FILE))
        told = {
            one: self._host.read_text(STAGED / after.contents[one].file) for one in after.contents
        }
        return Configuration(conf, {one: contents.parse(one, text) for one, text in told.items()})

    def _settle(self) -> None:
        """The change is done: there is nothing to undo any more. What it replaced is kept."""
        self._do("rm", "-rf", "--", str(CHANGE), str(STAGED))

    def _remember(
        self, now: Configuration, library: int, where: Mapping[tuple[Place, int], str]
    ) -> Configuration:
        """Write down where a library's cartridges are, and return the files with it.

        What runs goes on undisturbed; what starts, after a stop or to undo a change, begins so.
        """
        after = now.with_contents(now.contents[library].with_media(where))
        name = after.contents[library].file
        if after.files[name] != now.files[name]:
            self._write(FOLDER / name, after.files[name])
            self._remove(persisted(library))
        return after

    # -- undo

    def _under_way(self) -> Change | None:
        """Return the change that did not end, or None."""
        try:
            return Change.model_validate_json(self._host.read_text(CHANGE))
        except FileNotFoundError:
            return None

    def _put_back(self, change: Change) -> None:
        """Put the files back that a change replaced, and remove those it added."""
        for name in sorted(change.replaced):  # device.conf, which names the others, before them
            self._write(FOLDER / name, self._host.read_text(LAST_GOOD / name))
        self._remove(*change.added, persisted(change.library))

    # -- inside

    def _write(self, path: Path, text: str) -> None:
        try:
            self._host.write_text(str(path), text)
        except OSError as failed:
            kind = _KINDS.get(failed.errno or 0, TapeError)
            text = f"{path} cannot be written: {failed.strerror}."
            raise kind(text, original=str(failed)) from failed

    def _remove(self, *names: str) -> None:
        if names:
            self._do("rm", "-f", "--", *(str(FOLDER / name) for name in names))


def refuse(after: Configuration, before: Configuration) -> None:
    """Raise ConfigurationBroken when the files would contradict each other."""
    wrong = [one.sentence for one in brought(after.problems, before.problems)]
    if wrong:
        more = f" And {len(wrong) - SHOWN} more." if len(wrong) > SHOWN else ""
        raise ConfigurationBroken(
            f"mhvtl's files would contradict themselves. {' '.join(wrong[:SHOWN])}{more}",
            original="\n".join(wrong),
            problems=wrong,
        )


def persisted(library: int) -> str:
    """Return the file in which mhvtl remembers where a library's cartridges were when it stopped.

    It wins over the contents when it is younger, and keeps an older layout alive: a third drive
    was there, and the robot still said two. So it goes when the contents are changed.
    """
    return f"{contents.FILE}.{library}.persist"
