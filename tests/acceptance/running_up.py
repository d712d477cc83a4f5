"""Drives the real `calypso up`: starts it, reads what it says, looks at what it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from calypso.embedded.claim import TAG
from calypso.host.daemon import with_variable
from calypso.host.scope import is_alive

READY_S = 60
START_S = 100  # ten processes and an empty database, on a machine that does other things, too
NO_BACULA = {"CALYPSO_BACKUP_PRODUCT": "none"}  # it has tests of its own
START = [sys.executable, "-m", "calypso", "up"]


class RunningUp:
    """One `up` in a process of its own; its output is in a file, so that nothing blocks it."""

    def __init__(self, data, *options, env=None):
        self.data = data
        self._said = data.parent / f"said-{time.monotonic_ns()}"
        kept = {name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_")}
        with self._said.open("wb") as out:
            self.process = subprocess.Popen(
                [*START, "--data", str(data), *options],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env={**kept, **NO_BACULA, **(env or {})},
            )

    @property
    def said(self):
        return self._said.read_text()

    @property
    def record(self):
        return json.loads((self.data / "up.json").read_text())

    @property
    def url(self):
        return self.record["url"]

    def child(self, name):
        found = [child["pid"] for child in self.record["children"] if child["name"] == name]
        return found[0] if found and is_alive(found[0]) else None

    def until_ready(self):
        until(self._ready_or_ended, limit_s=START_S)
        assert "Calypso is ready" in self.said, self.said
        return self

    def _ready_or_ended(self):
        return "Calypso is ready" in self.said or self.process.poll() is not None

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def left(self):
        """What an `up` of this directory started and still runs."""
        return with_variable(TAG, str(self.data))


def status(url):
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return answer.status
    return None


def until(holds, *, limit_s=READY_S):
    """Return what the condition gives once it is true; fail after the limit."""
    deadline = time.monotonic() + limit_s
    while not (value := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return value


def rows(running, query):
    """Ask the instance's own database."""
    import psycopg

    from calypso.embedded.record import addresses, read

    url = addresses(running.data, read(running.data))["CALYPSO_DATABASE_URL"]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        found = server.execute(query)
        return found.fetchall() if found.description else []


def folder_size(path):
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())
