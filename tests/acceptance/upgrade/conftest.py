"""An appliance of made-up releases on a real database, with a stand-in for systemctl."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from calypso.embedded import postgres
from calypso.embedded.places import package_folder
from calypso.store.migrate import upgrade

HERE = Path(__file__).parent
SYSTEMCTL = HERE / "systemctl.py"
UNITS = ("calypso-api.service", "calypso-scheduler.service", "calypso-worker@storage.service")
CHECK_BACK = "release check storage --api"  # how a release is asked whether it serves
CHECK = f"{CHECK_BACK} --watch-s 10"
LIMIT_S = 60
PG_DUMP = """#!/bin/bash
if [ "$(cat "{systemd}/block" 2>/dev/null)" = {name} ]; then
    touch "{systemd}/blocked"
    while [ -e "{systemd}/blocked" ]; do sleep 0.05; done
fi
exec {real} "$@"
"""


def until(found, what):
    """Return what `found` returns as soon as that is true."""
    deadline = time.monotonic() + LIMIT_S
    while not (result := found()):
        assert time.monotonic() < deadline, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.02)
    return result


def client_programs():
    """Return the folder of client programs as new as the tests' server."""
    package = package_folder(postgres.PACKAGE)
    return None if package is None else package / postgres.PROGRAMS


class Appliance:
    """The folders of an appliance, and the command line that changes its releases."""

    def __init__(self, folder, database_url):
        self.root, self.database_url = folder / "root", database_url
        self.home = self.root / "opt/adastra/calypso"
        self.systemd, self.bin = folder / "systemd", folder / "bin"
        self.etc = self.root / "etc/calypso"
        for made in (self.home / "releases", self.systemd / "units", self.bin, self.etc):
            made.mkdir(parents=True)
        (self.etc / "calypso.yaml").write_text("log_level: info\n")
        (self.bin / "systemctl").symlink_to(SYSTEMCTL)
        self._wrap_programs()

    def release(self, version, *, needs="0011", floor=None, at="0011", leaves=None, workers=()):
        """Make a release whose program says what it is told to."""
        made = self.home / "releases" / version
        (made / "bin").mkdir(parents=True)
        (made / "answers").mkdir()
        program = made / "bin/calypso"
        program.write_bytes((HERE / "program.sh").read_bytes())
        program.chmod(0o755)
        (made / "scripts").mkdir()
        (made / "scripts/units.sh").symlink_to(HERE / "units.sh")
        (made / "manifest.json").write_text(json.dumps({
            "version": version, "commit": "0" * 40, "built": f"2026-01-{len(version):02}T00:00:00Z",
            "schema": needs, "pythons": ["3.11"],
            "platform": "linux_x86_64",
        }))  # fmt: skip
        (made / "schema").write_text(json.dumps(
            {"at": at, "needs": needs, "floor": floor, "size_bytes": 1 << 20, "leaves": leaves,
             "workers": [{"node": node, "version": run} for node, run in workers]}
        ))  # fmt: skip
        return made

    def answer(self, version, words, text):
        """Have a release's program refuse these words."""
        (self.home / "releases" / version / "answers" / words.replace(" ", "-")).write_text(text)

    def install(self, version):
        """Put a release in use as if it always had been."""
        (self.home / "current").symlink_to(f"releases/{version}")
        for unit in UNITS:
            (self.systemd / "units" / unit).write_text(version)
        (self.systemd / "units/calypso-api.socket").write_text("it listens")
        (self.systemd / "units/calypso-log.service").write_text("not ours to reload")

    def environment(self):
        programs = {"CALYPSO_POSTGRES_PROGRAMS": str(self.bin)} if client_programs() else {}
        return {
            **os.environ, **programs,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "CALYPSO_ROOT": str(self.root),
            "CALYPSO_CONFIG_DIR": str(self.etc),
            "CALYPSO_DATABASE_URL": self.database_url,
            "CALYPSO_REDIS_URL": "redis://127.0.0.1:1/0",
        }  # fmt: skip

    def start(self, *words):
        """Start `calypso release …`."""
        return subprocess.Popen(
            [sys.executable, "-m", "calypso", "release", *words], env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def do(self, *words):
        """Run `calypso release …` to its end; return (exit code, what it said)."""
        ran = self.start(*words)
        out, err = ran.communicate(timeout=LIMIT_S)
        return ran.returncode, out + err

    def killed_at(self, point, *words):
        """Run `calypso release …` and kill it, with all it started, at `point`."""
        with self.stopped_at(point, *words):
            pass

    @contextmanager
    def stopped_at(self, point, *words):
        """Have `calypso release …` stand still at `point`, and kill it at the end."""
        (self.systemd / "block").write_text(point)
        ran = self.start(*words)
        blocked = self.systemd / "blocked"
        try:
            until(lambda: blocked.exists() or ran.poll() is not None, f"it comes to {point}")
            assert blocked.exists(), ran.communicate()
            (self.systemd / "block").unlink()
            yield ran
        finally:
            ran.send_signal(signal.SIGKILL)
            ran.communicate(timeout=LIMIT_S)
        blocked.unlink()

    @property
    def previous(self):
        link = self.home / "previous"
        return link.readlink().name if link.is_symlink() else None

    def needs(self, version, **schema):
        """Have a release find the database otherwise than it was made with."""
        file = self.home / "releases" / version / "schema"
        file.write_text(json.dumps({**json.loads(file.read_text()), **schema}))

    def become_node(self):
        """Be a machine that works for a control plane elsewhere."""
        state = self.root / "var/lib/calypso"
        state.mkdir(parents=True, exist_ok=True)
        (state / "installation").write_text("# Made.\nROLE='a node of https://control.example'\n")

    def fill_disk_at_restore(self):
        """Have no dump be read any more."""
        program = self.bin / "pg_restore"
        program.unlink(missing_ok=True)
        program.write_text(
            "#!/bin/sh\necho 'pg_restore: error: No space left on device' >&2\nexit 1\n"
        )
        program.chmod(0o755)

    def break_program(self, version):
        """Have a release's program not even start."""
        (self.home / "releases" / version / "bin/calypso").write_text("no program at all")

    @property
    def current(self):
        return (self.home / "current").readlink().name

    @property
    def running(self):
        """Return the releases that the units run."""
        return {(self.systemd / "units" / unit).read_text() for unit in UNITS}

    @property
    def calls(self):
        return (self.systemd / "calls").read_text().splitlines()

    @property
    def journal(self):
        return json.loads((self.root / "var/lib/calypso/upgrade/journal.json").read_text())

    @property
    def dumps(self):
        return sorted((self.root / "srv/calypso/backups/upgrades").glob("*"))

    def execute(self, statement):
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else None

    def _wrap_programs(self):
        if (real := client_programs()) is None:
            return
        for name in ("pg_dump", "pg_restore", "psql"):
            program = self.bin / name
            program.write_text(PG_DUMP.format(name=name, real=real / name, systemd=self.systemd))
            program.chmod(0o755)


@pytest.fixture
def appliance(tmp_path, fresh_database):
    """An appliance that runs 1.0 and has 2.0 beside it."""
    url = fresh_database()
    upgrade(url)
    made = Appliance(tmp_path, url)
    made.release("1.0")
    made.release("2.0.0")
    made.install("1.0")
    return made
