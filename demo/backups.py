"""What the demo shows of backup: files go to a Bacula of this `up`, and come back."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from files import checksum
from person import Person, check
from rich.filesize import decimal

CLIENT, STORAGE, POOL, RESTORE = "local-fd", "Disk", "Disk", "restore"  # of an embedded Bacula
FETCH_S = 180
MOST_OF_FULL = 0.05  # an incremental after one changed file takes less than this of everything
Step = Callable[[str], AbstractContextManager[list[str]]]


class Backups:
    """A backup job of the demo, and what is done with it."""

    def __init__(self, person: Person, name: str, prefix: str) -> None:
        self._person, self._name, self._prefix = person, name, prefix

    def tell(self, home: Path, aside: Path, step: Step) -> None:
        """Back up files in full and by difference, look into that, and restore; all is compared."""
        # Its programs may have to be fetched first.
        served = self._person.until_reported("backup", limit_s=FETCH_S)
        if not served["available"]:
            with step("Back them up") as said:
                said.append(f"left out: {served['reason']}")
            return
        with step("Have these files backed up: a fileset and a job for Bacula") as said:
            self._configure(home)
            said.append(self._name)
        with step("Back them up in full") as said:
            full = self._back_up("full")
            said.append(f"{full['files']} files, {decimal(full['bytes'])}")
        with step("Change files, back up the difference") as said:
            (home / "newer").write_text("changed " * 1000, encoding="utf-8")
            next(one for one in sorted(home.rglob("*")) if one.is_file()).unlink()
            part = self._back_up("incremental")
            share = part["bytes"] / full["bytes"]
            check(part["level"] == "incremental", f"it was {part['level']}")
            check(share < MOST_OF_FULL, f"the difference is {share:.0%} of everything")
            said.append(f"{decimal(part['bytes'])} of {decimal(full['bytes'])}")
        with step("Look into the backup") as said:
            said.append(self._look(home))
        with step("Restore the newest state") as said:
            said.append(self._restore(home, aside))

    def _configure(self, home: Path) -> None:
        fileset: dict[str, Any] = {"name": self._name, "include": [str(home)]}
        job = {
            "name": self._name, "client": CLIENT, "fileset": self._name, "storage": STORAGE,
            "pool": POOL,
        }  # fmt: skip
        self._person.run(
            "backup.config_apply",
            set={"filesets": [fileset], "jobs": [job]},
            remove={"jobs": self._old(), "filesets": self._old()},
        )

    def _old(self) -> list[str]:
        """Return what an earlier demo had configured; its runs stay in the catalog."""
        names = [row["key"] for row in self._person.rows("backup/jobs")]
        return [one for one in names if one.startswith(self._prefix)]

    def _back_up(self, level: str) -> dict[str, Any]:
        return self._person.run("backup.job_run", job=self._name, level=level)

    def _look(self, home: Path) -> str:
        """Compare a folder of the backup with the folder that is there."""
        asked = {"client": CLIENT, "fileset": self._name, "path": str(home)}
        names = [row["name"] for row in self._person.rows("backup/files", **asked)]
        check(sorted(names) == sorted(one.name for one in home.iterdir()), f"it has {names}")
        return f"{', '.join(names)} in {home}"

    def _restore(self, home: Path, aside: Path) -> str:
        result = self._person.run(
            "backup.restore", client=CLIENT, fileset=self._name, where=str(aside), job=RESTORE
        )
        # Bacula keeps times by the second.
        back, here = (checksum(one, whole_s=True) for one in (aside / str(home)[1:], home))
        check(back == here, "what came back is not what was backed up")
        shutil.rmtree(aside)
        return f"{result['files']} files, every one is the same"
