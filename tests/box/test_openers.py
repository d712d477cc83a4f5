"""Who uses a device is told with its service, as systemd itself has it."""

import json
import subprocess
from pathlib import Path

import pytest

from calypso.drivers.storage.zfs import openers
from tests.box.box import Box, why_missing
from tests.conftest import missing

pytestmark = pytest.mark.timeout(900)
DEVICE = "/dev/full"  # a device that nobody opens unasked; the box has no volume
UNIT = "holder.service"
HOLD = f"exec 3<{DEVICE} && echo there && exec"


@pytest.fixture(scope="module")
def box():
    if (reason := why_missing()) is not None:
        missing("box", reason)
    made = Box({"/media": Path(openers.__file__).parent})
    yield made
    made.power_off()


def users(box):
    told = box.run("python3", "-I", "-S", "-B", "/media/openers.py", DEVICE)
    return {(one["of"], one["service"]) for one in map(json.loads, told.splitlines())}


def test_a_service_is_named_and_when_it_is_stopped_nobody_is(box):
    assert users(box) == set()
    service = ("--service-type=exec", "sh", "-c", f"{HOLD} sleep 1000")
    box.run("systemd-run", f"--unit={UNIT}", *service)
    box.run("sh", "-c", f"until journalctl -u {UNIT} | grep -q there; do sleep 0.1; done")
    assert users(box) == {(DEVICE, UNIT)}
    box.run("systemctl", "stop", UNIT)
    assert users(box) == set()


def test_who_is_of_no_service_is_named_without(box):
    with subprocess.Popen(
        box.argv("sh", "-c", f"{HOLD} cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as person:
        assert person.stdout.readline() == b"there\n"
        assert users(box) == {(DEVICE, None)}
