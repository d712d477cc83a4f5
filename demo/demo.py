"""`make demo`: the main job of Calypso, end to end, over HTTP, on real files."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from person import DemoFailed, Person
from rich.console import Console
from story import Story

from calypso.embedded import record
from calypso.errors import CalypsoError
from calypso.host.daemon import Daemon

MEGABYTES = 320
READY_S = 90
END_S = 60
console = Console()

REACH = """\
Sign in:  curl -s {url}/api/v1/auth/login -H 'content-type: application/json' \\
            -d "{{\\"username\\":\\"admin\\",\\"password\\":\\"$(cat {data}/admin-password)\\"}}"
Read:     {url}/api/v1/docs
Or:       .venv/bin/calypso --data {data} job list\
"""


@contextmanager
def running_up(data: Path) -> Iterator[str]:
    """Start `calypso up` and give its address; it is ended in order on leaving."""
    if (other := record.find(data)) is not None:
        raise DemoFailed(f"Process {other.pid} serves {other.url} from {data}. End it first.")
    up = Daemon(
        "up",
        [sys.executable, "-m", "calypso", "up", "--data", str(data)],
        log=data.parent / "up.log",
        env={**_without_a_real_director(), "PYTHONUNBUFFERED": "1"},
    )
    up.start()
    try:
        yield _address(up, data)
    finally:
        up.stop(grace_s=END_S)


def _without_a_real_director() -> dict[str, str]:
    """Return the environment: nobody's real backups are touched for a demo."""
    return {
        name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_BACULA_")
    }


def _address(up: Daemon, data: Path) -> str:
    """Return where it serves, once it does."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and up.exit_code() is None:
        running = record.find(data)
        if running is not None and running.pid == up.pid and _is_ready(running.url):
            return running.url
        time.sleep(0.1)
    raise DemoFailed(f"calypso up did not start:\n{up.tail()}")


def _is_ready(url: str) -> bool:
    try:
        return bool(url) and httpx.get(f"{url}/api/v1/readyz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def default_data() -> Path:
    """Return where an earlier demo kept its data too."""
    if os.geteuid() == 0:  # PostgreSQL runs as an account of its own, and must enter it
        return Path("/var/tmp/calypso-demo/data")  # noqa: S108 - up refuses one that is not ours
    return Path(__file__).parents[1] / ".demo" / "data"


def asked() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=…", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end instead of serving on")
    parser.add_argument("--data", type=Path, default=default_data(), help="where it is kept")
    parser.add_argument("--megabytes", type=int, default=MEGABYTES, help="of files to copy")
    return parser.parse_args()


def show(data: Path, megabytes: int, *, serve_on: bool) -> None:
    """Start Calypso, tell the story, and say how to reach what serves."""
    data.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with running_up(data) as url:
        console.print(f"Calypso serves {url} after {time.monotonic() - began:.1f} s.")
        story = Story(Person(data), data.parent / "disks", megabytes, console)
        story.tell()
        console.print(story.summary())
        console.print(REACH.format(url=url, data=data), soft_wrap=True, highlight=False)
        if serve_on:
            console.print("Serving until Ctrl-C.")
            signal.pause()


def main() -> int:
    """Run the demo; 0, or 1 when a check did not hold."""
    given = asked()
    try:
        show(given.data.resolve(), given.megabytes, serve_on=not given.exit)
    except (DemoFailed, CalypsoError) as failed:
        console.print(f"The demo failed: {failed}", style="bold red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
