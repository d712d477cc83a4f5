"""`calypso` as a person uses it, against a real `calypso up`."""

import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.running_up import RunningUp

EXAMPLE = Path(__file__).parents[3] / "docs" / "add-a-job.md"


class Said:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)


class Cli:
    """Runs `calypso` as a person of this machine would, with a home of their own."""

    def __init__(self, up, home):
        self.up, self.home = up, home
        kept = {name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_")}
        self.env = {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
        self.options = ["--data", str(up.data)]

    def argv(self, *words):
        return [sys.executable, "-m", "calypso", *self.options, *words]

    def __call__(self, *words, stdin="", code=0):
        done = subprocess.run(
            self.argv(*words),
            input=stdin,
            env=self.env,
            check=False,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return Said(done)

    @contextmanager
    def going_on(self, *words):
        with subprocess.Popen(
            self.argv(*words), env=self.env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            yield process
            process.kill()

    def start(self, *words):
        """Start a job and return its id without waiting."""
        return self("job", "run", *words, "--detach").out.strip()

    def state(self, job_id):
        return self("job", "show", job_id, "--json").json["state"]


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory(prefix="calypso-cli-") as made:
        # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def up(folder):
    types = folder / "types" / "storage"
    types.mkdir(parents=True)
    documented = re.search(r"```python\n(.*?)```", EXAMPLE.read_text(), re.DOTALL)
    (types / "snapshot_count.py").write_text(documented[1])
    env = {"CALYPSO_JOB_PATH": str(types.parent), "CALYPSO_STORAGE_PRODUCT": "directory"}
    running = RunningUp(folder / "data", "--listen", "127.0.0.1:0", env=env)
    yield running.until_ready()
    assert running.stop() == 0
    assert running.left() == set()


@pytest.fixture
def cli(up, tmp_path):
    return Cli(up, tmp_path)


@pytest.fixture(scope="module")
def tank(up, folder):
    """A pool with a dataset `tank/home` of one file."""
    cli = Cli(up, folder)
    device = json.dumps({"kind": "stripe", "devices": [str(folder / "pool")]})
    cli("job", "run", "storage.pool_create", "--name", "tank", "--vdevs", device)
    made = cli("job", "run", "storage.dataset_create", "--dataset", "tank/home", "--json").json
    mountpoint = Path(made["result"]["mountpoint"])
    (mountpoint / "diary").write_text("day one")
    return mountpoint
