"""What is put by before a change of releases: the database, and the configuration as it was."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from calypso.drivers.system.dump import dump_database, restore_database
from calypso.drivers.system.journal import Change
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import UpgradeUnfit
from calypso.host import Host

DATABASE, CONFIG, CHANGE = "database.dump", "etc", "change.json"
SPARE_BYTES = 256 << 20
PARTIAL = ".partial"
NOTHING = "nothing"  # the release that was left, where there was none


@dataclass(frozen=True)
class Keeping:
    """Puts by and brings back, below the layout's `dumps`."""

    host: Host
    layout: Layout
    database_url: SecretStr
    programs: Path | None = None  # the folder of PostgreSQL's

    def refuse_no_room(self, database_bytes: int) -> None:
        """Raise UpgradeUnfit when the database might not fit where it is put by."""
        self.layout.dumps.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(self.layout.dumps).free
        wanted = database_bytes + SPARE_BYTES
        if free < wanted:
            raise UpgradeUnfit(
                f"{self.layout.dumps} has {free >> 20} MiB free, and the database may take "
                f"{wanted >> 20} MiB there. Free some; old dumps may go."
            )

    def put_by(self, change: Change, *, database: bool) -> Path:
        """Dump the database and copy the configuration; returns the folder, whole or not there."""
        name = f"{change.began:%Y%m%dT%H%M%SZ}-{change.version_from or NOTHING}"
        folder = self.layout.dumps / name
        partial = folder.with_name(f"{folder.name}{PARTIAL}")
        for left in self.layout.dumps.glob(f"*{PARTIAL}"):  # of a call that was killed
            shutil.rmtree(left)
        partial.mkdir(parents=True, mode=0o700)
        try:
            self._fill(partial, change, database=database)
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
        finally:  # a disk that is full is not left fuller
            shutil.rmtree(partial, ignore_errors=True)
        return folder

    def _fill(self, folder: Path, change: Change, *, database: bool) -> None:
        if database:
            dump_database(self.host, self.database_url, folder / DATABASE, programs=self.programs)
        if self.layout.etc.is_dir():
            shutil.copytree(self.layout.etc, folder / CONFIG, symlinks=True)
        self.host.write_text(folder / CHANGE, change.model_dump_json(indent=1) + "\n", mode=0o600)

    def of_release(self, version: str) -> Path | None:
        """Return the folder with a dump put by last when a release was left; None without one."""
        found = [one for one in self._put_by(version) if (one / DATABASE).is_file()]
        return found[-1] if found else None

    def _put_by(self, version: str) -> list[Path]:
        return sorted(self.layout.dumps.glob(f"*-{version}"))

    def spare(self, releases: Collection[str]) -> list[Path]:
        """Return the folders that bring nobody back: all but the last of each of these releases."""
        folders = [one for one in self.layout.dumps.glob("*-*") if one.suffix != PARTIAL]
        needed = {one for version in releases for one in self._put_by(version)[-1:]}
        return sorted(one for one in folders if one not in needed)

    def began(self, folder: Path) -> Change:
        """Return the change that a folder was put by for."""
        return Change.model_validate_json(self.host.read_text(folder / CHANGE))

    def bring_back(self, folder: Path) -> None:
        """Replace the database by the dump of a folder, all or nothing."""
        restore_database(self.host, self.database_url, folder / DATABASE, programs=self.programs)
