"""A pipe of this machine whose end at a tape is in a guest."""

import subprocess
import sys
import time

import pytest

from calypso.drivers.tape import parts
from tests.lab.far import FarTape

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(300)]


def running_there(guest):
    return guest.host().run(("pgrep", "-f", "parts.py"), timeout_s=60).stdout


def wait_until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_its_orders_its_words_and_its_status_go_to_and_fro(guest, tmp_path):
    """The folder that it is told to read from is in no machine: it says so, and ends with 1."""
    heard = []
    with parts.Desk(tmp_path / "desk") as desk:

        def hear(_stage, line):
            heard.append(parts.heard(line)[0])
            if heard[-1] == "ready":
                desk.read(["x", str(parts.stream.PROGRAM), "read", "folder", "/no/such", "1024"])

        [ran] = FarTape(guest).pipe([desk.scanner()], timeout_s=60, on_line=hear)

    assert heard[0] == "ready"
    assert (ran.code, "error\toffline" in ran.stderr or "No such file" in ran.stderr) == (1, True)
    assert not guest.path(tmp_path / "desk").exists()


def test_it_dies_with_who_stands_for_it(guest, tmp_path):
    with parts.Desk(tmp_path / "desk") as desk:
        argv = [sys.executable, "-m", "tests.lab.far", str(guest.work), *desk.scanner()]
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as here:
            assert here.stdout.readline().startswith(b"ready")
            assert running_there(guest)
            here.kill()
        wait_until(lambda: not running_there(guest))
