"""What the demo shows, step by step; each step checks what it claims."""

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backups import Backups
from files import checksum, empty, fill
from person import DemoFailed, Person, check
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table
from tapes import Tapes

from calypso.host.scope import tagged

PREFIX = "demo"  # of the names of its pools
VDEV_BYTES = 4 << 30
MOST_OF_FULL = 0.05  # a difference after one changed file moves less than this of everything
TRIES = 5  # to cancel a replication before it has ended by itself


class Story:
    """The steps, in order, and what each took."""

    def __init__(self, person: Person, disks: Path, megabytes: int, console: Console) -> None:
        self._person, self._disks, self._megabytes = person, disks, megabytes
        self._console = console
        self._steps: list[tuple[str, str, float]] = []
        self._pool = f"{PREFIX}{uuid.uuid4().hex[:6]}"
        self._source, self._target = f"{self._pool}/files", f"{self._pool}/copy"
        self._home = Path()

    def tell(self) -> None:
        """Run it all; DemoFailed at the first check that does not hold."""
        driver = self._person.until_served("storage")["driver"]
        self._tidy()
        self._prepare(driver)
        self._take_snapshot()
        self._replicate_difference(self._replicate_all())
        self._cancel()
        self._roll_back()
        self._compare()
        Tapes(self._person, self._pool).tell(
            f"{self._source}@two", self._home, self._disks / "from-tape", self._step
        )
        Backups(self._person, self._pool, PREFIX).tell(
            self._home, self._disks / "from-backup", self._step
        )

    def summary(self) -> Table:
        """Return the steps with their times."""
        table = Table("Step", "Result", "Seconds", title="Every check held")
        for what, said, took_s in self._steps:
            table.add_row(what, escape(said), f"{took_s:.1f}")
        return table

    def _tidy(self) -> None:
        with self._step("Remove what an earlier demo left") as said:
            names = [row["key"] for row in self._person.rows("storage/pools")]
            old = [name for name in names if name.startswith(PREFIX)]
            for pool in old:
                self._person.run("storage.pool_destroy", pool=pool)
            shutil.rmtree(self._disks, ignore_errors=True)
            Tapes(self._person, self._pool).tidy(PREFIX)
            said.append(", ".join(old) or "nothing")

    def _prepare(self, driver: str) -> None:
        with self._step(f"Make a pool and a dataset ({driver})") as said:
            vdev = {"kind": "stripe", "devices": [str(self._device(driver))]}
            self._person.run("storage.pool_create", name=self._pool, vdevs=[vdev])
            made = self._person.run("storage.dataset_create", dataset=self._source)
            self._home = Path(made["mountpoint"])
            said.append(self._source)
        with self._step("Fill it with files of this machine") as said:
            said.append(decimal(fill(self._home, self._megabytes * 1_000_000)))

    def _take_snapshot(self) -> None:
        with self._step("Take a snapshot; the same request twice is one job") as said:
            key = uuid.uuid4().hex
            asked: dict[str, Any] = {"dataset": self._source, "name": "one", "key": key}
            first = self._person.start("storage.snapshot_create", **asked)
            again = self._person.start("storage.snapshot_create", **asked)
            check(first["id"] == again["id"], "the same key made a second job")
            said.append(self._person.succeeded(first)["snapshot"])

    def _replicate_all(self) -> int:
        with self._step("Replicate all of it") as said:
            sent_bytes: int = self._replicate(self._target)["sent_bytes"]
            said.append(decimal(sent_bytes))
        return sent_bytes

    def _replicate_difference(self, full_bytes: int) -> None:
        with self._step("Change files, replicate the difference") as said:
            next(one for one in sorted(self._home.rglob("*")) if one.is_file()).unlink()
            (self._home / "new").write_text("changed " * 1000, encoding="utf-8")
            self._person.run("storage.snapshot_create", dataset=self._source, name="two")
            sent = self._replicate(self._target)
            check(sent["base"] is not None, "the second replication was not a difference")
            part = sent["sent_bytes"] / full_bytes
            check(part < MOST_OF_FULL, f"the difference moved {part:.0%} of everything")
            said.append(f"{decimal(sent['sent_bytes'])}, {part:.2%} of everything")

    def _cancel(self) -> None:
        with self._step("Cancel a running replication") as said:
            for number in range(TRIES):
                target = f"{self._pool}/cut{number}"
                job = self._person.start(
                    "storage.replication_run", source=self._source, target=target
                )
                self._person.cancel(self._person.until_moving(job))
                job = self._person.follow(job)
                check(not tagged(f"{job['id']}."), "a process of the cancelled job still runs")
                if job["state"] == "cancelled":
                    said.append(job["error"]["detail"])
                    return
            raise DemoFailed("Every replication had ended before it could be cancelled.")

    def _roll_back(self) -> None:
        before = checksum(self._home)
        with self._step("Lose every file, roll back to the snapshot") as said:
            empty(self._home)
            self._person.run("storage.snapshot_rollback", snapshot=f"{self._source}@two")
            check(checksum(self._home) == before, "the files are not what they were")
            said.append("every file is back")

    def _compare(self) -> None:
        with self._step("Compare source and target") as said:
            ours, theirs = checksum(self._home), checksum(self._mountpoint(self._target))
            check(ours == theirs, f"source {ours} is not target {theirs}")
            said.append(f"both {ours[:16]}…")

    @contextmanager
    def _step(self, what: str) -> Iterator[list[str]]:
        """Time a step; what is put in the list is told with it."""
        said: list[str] = []
        began = time.monotonic()
        yield said
        took_s = time.monotonic() - began
        self._steps.append((what, " ".join(said), took_s))
        told = escape(" ".join(said))
        self._console.print(f"[green]✓[/] {what}: {told} [dim]({took_s:.1f} s)[/]", highlight=False)

    def _replicate(self, target: str) -> dict[str, Any]:
        return self._person.run("storage.replication_run", source=self._source, target=target)

    def _mountpoint(self, dataset: str) -> Path:
        rows = self._person.rows("storage/datasets", pool=self._pool)
        return next(Path(row["mountpoint"]) for row in rows if row["key"] == dataset)

    def _device(self, driver: str) -> Path:
        device = self._disks / self._pool
        self._disks.mkdir(parents=True, exist_ok=True)
        if driver == "directory":
            device.mkdir()
        else:
            with device.open("wb") as file:
                file.truncate(VDEV_BYTES)
        return device
