"""The releases on this machine, and which of them is in use."""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from calypso.drivers.system.bundle import Manifest, manifest
from calypso.drivers.system.bundle_refusals import BundleRefused
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import ReleaseInUse, ReleaseMissing, UpgradeUnfit

CURRENT, PREVIOUS, ASIDE = "current", "previous", ".link"


class Release(BaseModel):
    """One release that is here."""

    model_config = ConfigDict(frozen=True)

    version: str
    built: str = Field(description="When what it was built of was made.")
    schema_needed: str = Field(description="The migration that it needs.")
    is_current: bool = Field(description="Whether it is in use.")
    is_previous: bool = Field(description="Whether it was in use before.")


@dataclass(frozen=True)
class Releases:
    """The folder of releases with its two links, which only ever name whole releases."""

    layout: Layout

    def all(self) -> list[Release]:
        """Return them, the one built last first; one that is being unpacked is none yet.

        Nor is one that does not say what it is.
        """
        found = list(self._readable())
        return sorted(found, key=lambda one: (one.built, one.version), reverse=True)

    def current(self) -> str | None:
        """Return the version in use; None on a machine without one."""
        return self._named(CURRENT)

    def refuse_dangling(self) -> None:
        """Raise UpgradeUnfit when the release in use is not here any more."""
        link = self.layout.current
        if link.is_symlink() and self.current() is None:
            raise UpgradeUnfit(
                f"{link} names {link.readlink().name}, which is not in {self.layout.releases} any "
                "more, so there would be no way back. Fetch it again, go back to the release "
                f"before, or remove {link} to go on without."
            )

    def previous(self) -> str | None:
        """Return the version that was in use before; None when there is none any more."""
        return self._named(PREVIOUS)

    def described(self, version: str) -> Manifest:
        """Return what a release says of itself; ReleaseMissing when it is not here."""
        self._refuse_missing(version)
        return manifest(self.layout.release(version))

    def program(self, version: str) -> str:
        """Return the path of a release's `calypso`."""
        return str(self.layout.release(version) / "bin/calypso")

    def switch(self, version: str) -> None:
        """Put a release in use, by one rename(2); the one before is `previous` from now on.

        Doing it again changes nothing. Nothing is restarted by that.
        """
        self._refuse_missing(version)
        before = self.current()
        if before == version:
            return
        if before is not None:
            self._link(PREVIOUS, before)
        self._link(CURRENT, version)

    def put_back(self, version: str, previous: str | None) -> None:
        """Put a release in use again as if none had taken its place; `previous` is as it was."""
        self._refuse_missing(version)
        if self.current() != version:
            self._link(CURRENT, version)
        if previous is not None and self.layout.release(previous).is_dir():
            self._link(PREVIOUS, previous)
        else:
            (self.layout.home / PREVIOUS).unlink(missing_ok=True)

    def remove(self, version: str) -> None:
        """Remove a release that is not in use; ReleaseInUse, ReleaseMissing."""
        self._refuse_missing(version)
        if version in {self.current(), self.previous()}:
            raise ReleaseInUse(
                f"{version} is the release in use, or the one to go back to. It stays."
            )
        folder = self.layout.release(version)
        aside = folder.with_name(f"{version}.partial")  # half removed, it must pass for nothing
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        shutil.rmtree(aside)

    def running(self) -> set[str]:
        """Return those of which a process of this machine runs, such as a worker that drains."""
        programs = {_link(path / "exe") for path in Path("/proc").iterdir() if path.name.isdigit()}
        home = self.layout.releases.resolve()  # as the kernel names it, were /opt a link
        found = (one.relative_to(home) for one in programs if one is not None
                 and one.is_relative_to(home))  # fmt: skip
        return {one.parts[0] for one in found}

    def spare(
        self, keep: int, *, besides: Collection[str] = (), refused: str | None = None
    ) -> list[str]:
        """Return those that may go when `keep` are to stay: the last built first.

        Never one in use, before it, or that runs, nor those named `besides`; nor one built after
        the one in use, which is here to be put in use, unless it was tried and `refused`.
        """
        here = [one.version for one in self.all()]
        newer = set(takewhile(lambda one: one != self.current(), here)) - {refused}
        needed = {self.current(), self.previous()} - {None} | self.running() | set(besides)
        others = [one for one in here if one not in needed | newer]
        return others[max(0, keep - len(needed)) :]

    def _folders(self) -> list[Path]:
        if not self.layout.releases.is_dir():
            return []
        return [one for one in self.layout.releases.iterdir() if (one / "bin/calypso").is_file()
                and not one.name.endswith(".partial")]  # fmt: skip

    def _readable(self) -> Iterator[Release]:
        for folder in self._folders():
            with suppress(BundleRefused):
                yield self._described(folder)

    def _described(self, folder: Path) -> Release:
        told = manifest(folder)
        return Release(
            version=folder.name,
            built=told.built,
            schema_needed=told.schema_,
            is_current=folder.name == self.current(),
            is_previous=folder.name == self.previous(),
        )

    def _named(self, name: str) -> str | None:
        link = self.layout.home / name
        if not link.is_symlink():
            return None
        version = link.readlink().name
        return version if self.layout.release(version).is_dir() else None

    def _link(self, name: str, version: str) -> None:
        aside = self.layout.home / f"{name}{ASIDE}"
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"releases/{version}")
        aside.rename(self.layout.home / name)
        _flush(self.layout.home)

    def _refuse_missing(self, version: str) -> None:
        if not (self.layout.release(version) / "bin/calypso").is_file():
            here = ", ".join(one.version for one in self.all()) or "none"
            raise ReleaseMissing(
                f"Release {version} is not in {self.layout.releases}. Here: {here}. "
                "Fetch it with `calypso release fetch`."
            )


def _link(path: Path) -> Path | None:
    """Return where a link points; None for a process that is gone or of somebody else."""
    with suppress(OSError):
        return path.readlink()
    return None


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
