"""`make demo`'s program, as CI and newcomers run it; with fewer files."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.acceptance.running_up import RunningUp

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
DEMO = Path(__file__).parents[2] / "demo" / "demo.py"


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="calypso-demo-") as made:
        # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
        Path(made).chmod(0o755)
        yield Path(made)


def demo(folder):
    env = {name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_")}
    return subprocess.run(
        [sys.executable, DEMO, "--exit", "--data", folder / "data", "--megabytes", "150"],
        env={**env, "COLUMNS": "200"},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.timeout(650)
@pytest.mark.real("bacula")
def test_every_step_is_shown_with_its_time_and_a_second_run_is_as_good(folder, bacula_programs):
    first, second = demo(folder), demo(folder)

    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert len(re.findall(r"✓ .*\(\d+\.\d s\)", first.stdout)) == 16
    assert "Every check held" in first.stdout
    assert re.search(r"cut\d is as it was before", first.stdout)
    assert re.search(r"of everything", first.stdout)
    assert re.search(r"files, .* on CAL001L8", first.stdout)
    assert re.search(r"Back them up in full: \d+ files, ", first.stdout)
    assert re.search(r"Restore the newest state: \d+ files, every one is the same", first.stdout)
    assert re.search(r"\d+ % · .* of .*B", first.stderr)
    assert "/api/v1/auth/login" in first.stdout
    assert re.search(r"an earlier demo left: demo\w+", second.stdout)


def test_it_says_so_and_fails_where_something_serves_from_its_folder_already(folder):
    running = RunningUp(folder / "data", "--listen", "127.0.0.1:0").until_ready()
    refused = demo(folder)
    running.stop()

    assert refused.returncode == 1
    assert f"Process {running.process.pid} serves" in refused.stdout
