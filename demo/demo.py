"""`make demo`: the main job of Calypso, end to end, over HTTP, on real files."""

import argparse
import os
import shutil
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from calypso.embedded import record
from calypso.host.daemon import Daemon
from calypso.host.scope import tagged

sys.path.insert(0, str(Path(__file__).parent))
from client import Client, DemoFailed
from files import checksum, fill

MEGABYTES = 320
READY_S = 90
VDEV_BYTES = 4 << 30
MOST_OF_FULL = 0.05  # a difference after one changed file moves less than this of everything
console = Console()


class Story:
    """The steps, in order, and what each took."""

    def __init__(self, client: Client, data: Path, megabytes: int) -> None:
        self.client, self.data, self.megabytes = client, data, megabytes
        self.steps: list[tuple[str, str, float]] = []
        self.pool = f"demo{uuid.uuid4().hex[:6]}"
        self.source, self.target = f"{self.pool}/files", f"{self.pool}/copy"
        self.full_bytes = 0
        self.home = self.copy = Path()

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Time a step; what is put in the list is told with it."""
        said: list[str] = []
        began = time.monotonic()
        yield said
        took_s = time.monotonic() - began
        self.steps.append((what, " ".join(said), took_s))
        console.print(f"[green]✓[/] {what}  [dim]{' '.join(said)} ({took_s:.1f} s)[/]")

    def tell(self) -> None:
        """Run it all; DemoFailed at the first check that does not hold."""
        self.prepare()
        self.replicate_twice()
        self.cancel_one()
        self.roll_back()
        self.compare()

    def prepare(self) -> None:
        """Make a pool and a dataset with real files in it."""
        driver = self.client.until_served("storage")["driver"]
        with self.step("Remove what earlier demos left") as said:
            old = [one for one in self.client.names("storage/pools") if one.startswith("demo")]
            for pool in old:
                self.client.run("storage.pool_destroy", pool=pool)
            shutil.rmtree(self.data / "demo-devices", ignore_errors=True)
            said.append(", ".join(old) or "nothing")
        with self.step(f"Make a pool ({driver})") as said:
            vdev = {"kind": "stripe", "devices": [str(self._device(driver))]}
            self.client.run("storage.pool_create", name=self.pool, vdevs=[vdev])
            made = self.client.run("storage.dataset_create", dataset=self.source)
            self.home = Path(made["result"]["mountpoint"])
            said.append(self.source)
        with self.step("Fill it with files of this machine") as said:
            said.append(decimal(fill(self.home, self.megabytes * 1_000_000)))

    def replicate_twice(self) -> None:
        """Snapshot and replicate everything, then only a difference."""
        with self.step("Snapshot; the same request twice is one job") as said:
            key = uuid.uuid4().hex
            asked: dict[str, Any] = {"dataset": self.source, "name": "one", "key": key}
            first = self.client.start("storage.snapshot_create", **asked)
            again = self.client.start("storage.snapshot_create", **asked)
            check(first["id"] == again["id"], "the same key made a second job")
            done = self.client.follow(first)
            check(done["state"] == "succeeded", f"the snapshot {done['state']}: {done['error']}")
            said.append(done["result"]["snapshot"])
        with self.step("Replicate") as said:
            sent = self._replicate()
            self.full_bytes = sent["sent_bytes"]
            said.append(decimal(self.full_bytes))
        with self.step("Change a file, remove one, replicate the difference") as said:
            files = sorted(one for one in self.home.rglob("*") if one.is_file())
            files[0].unlink()
            (self.home / "new").write_text("changed " * 1000, encoding="utf-8")
            self.client.run("storage.snapshot_create", dataset=self.source, name="two")
            sent = self._replicate()
            check(sent["base"] is not None, "the second replication was not a difference")
            small = sent["sent_bytes"] < MOST_OF_FULL * self.full_bytes
            check(small, f"the difference moved {sent['sent_bytes']} bytes")
            said.append(decimal(sent["sent_bytes"]))

    def cancel_one(self) -> None:
        """Cancel a replication while it runs."""
        with self.step("Cancel a running replication") as said:
            for number in range(5):
                job = self._start_and_catch(f"{self.pool}/cut{number}")
                if job is not None:
                    said.append(job["error"]["detail"])
                    return
            raise DemoFailed("Every replication ended before it could be cancelled.")

    def roll_back(self) -> None:
        """Destroy data by mistake, and go back."""
        before = checksum(self.home)
        with self.step("Lose everything, roll back to the snapshot") as said:
            for one in self.home.iterdir():
                shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
            self.client.run("storage.snapshot_rollback", snapshot=f"{self.source}@two")
            check(checksum(self.home) == before, "the files are not what they were")
            said.append("all files are back")

    def compare(self) -> None:
        """Read both sides with our own eyes."""
        with self.step("Compare source and target") as said:
            ours, theirs = checksum(self.home), checksum(self._mountpoint(self.target))
            check(ours == theirs, f"source {ours} is not target {theirs}")
            said.append(ours[:16])

    def summary(self) -> Table:
        """Return the steps with their times."""
        table = Table("Step", "Result", "Seconds")
        for what, said, took_s in self.steps:
            table.add_row(what, said, f"{took_s:.1f}")
        return table

    def _replicate(self) -> dict[str, Any]:
        done = self.client.run("storage.replication_run", source=self.source, target=self.target)
        found: dict[str, Any] = done["result"]
        return found

    def _start_and_catch(self, target: str) -> dict[str, Any] | None:
        """Return a cancelled job, or None when it had ended before."""
        job = self.client.start("storage.replication_run", source=self.source, target=target)
        while job["state"] in ("waiting", "queued"):
            job = self.client.next_change(job)
        if job["state"] != "running":
            return None
        try:
            self.client.call("POST", f"/jobs/{job['id']}/cancel", {})
        except DemoFailed:
            return None  # it ended this moment
        job = self.client.follow(job)
        if job["state"] != "cancelled":
            return None
        check(not tagged(f"{job['id']}."), "a process of the cancelled job still runs")
        return job

    def _mountpoint(self, dataset: str) -> Path:
        self.client.names("storage/datasets")
        rows = self.client.call("GET", f"/inventory/storage/datasets?pool={self.pool}")["items"]
        return next(Path(row["mountpoint"]) for row in rows if row["key"] == dataset)

    def _device(self, driver: str) -> Path:
        place = self.data / "demo-devices" / self.pool
        place.parent.mkdir(parents=True, exist_ok=True)
        if driver == "directory":
            place.mkdir()
        else:
            with place.open("wb") as file:
                file.truncate(VDEV_BYTES)
        return place


def check(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - it is what is checked
    """Raise DemoFailed unless it holds."""
    if not holds:
        raise DemoFailed(otherwise)


@contextmanager
def running_up(data: Path) -> Iterator[str]:
    """Start `calypso up` and give its address; it is ended in order on leaving."""
    if (other := record.find(data)) is not None:
        raise DemoFailed(f"Process {other.pid} serves {other.url} from {data} already. End it first.")
    argv = [sys.executable, "-m", "calypso", "up", "--data", str(data)]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    up = Daemon("up", argv, log=data.parent / f"{data.name}.log", env=env)
    up.start()
    try:
        yield _address(up, data)
    finally:
        up.stop(grace_s=60)


def _address(up: Daemon, data: Path) -> str:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and up.exit_code() is None:
        running = record.find(data)
        if running is not None and running.url and (data / "admin-password").exists():
            tail = up.tail()
            if f"ready at {running.url}" in tail:
                return running.url
        time.sleep(0.1)
    raise DemoFailed(f"calypso up did not start:\n{up.tail()}")


def default_data() -> Path:
    """Return a place that PostgreSQL's account can enter too."""
    if os.geteuid() == 0:
        return Path("/var/tmp/calypso-demo/data")  # noqa: S108 - root's own, made 0755 below
    return Path(__file__).parent.parent / ".demo" / "data"


def main() -> int:
    """Run the demo; 0, or 1 when a check did not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--exit", action="store_true", help="End instead of serving on.")
    asked.add_argument("--data", type=Path, default=default_data())
    asked.add_argument("--megabytes", type=int, default=MEGABYTES)
    given = asked.parse_args()
    data = given.data.resolve()
    data.parent.mkdir(parents=True, exist_ok=True)
    try:
        with running_up(data) as url:
            client = Client(url, data / "admin-password", console)
            story = Story(client, data.parent / "disks", given.megabytes)
            console.print(f"Calypso serves {url}")
            story.tell()
            console.print(story.summary())
            console.print(
                f"API: {url}/api/v1/docs · password of admin: {data}/admin-password\n"
                f"Command line: .venv/bin/calypso --data {data} job list", soft_wrap=True,
            )  # fmt: skip
            if not given.exit:
                console.print("Serving until Ctrl-C.")
                signal.pause()
    except DemoFailed as failed:
        console.print(f"[bold red]The demo failed:[/] {failed}", markup=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
