"""Who uses a filesystem is told with its service, as systemd itself has it."""

import json
import subprocess
from pathlib import Path

import pytest

from calypso.drivers.storage.zfs import openers
from tests.box.box import Box, why_missing
from tests.conftest import missing

pytestmark = pytest.mark.timeout(900)
UNIT = "holder.service"


@pytest.fixture(scope="module")
def box():
    if (reason := why_missing()) is not None:
        missing("box", reason)
    made = Box({"/media": Path(openers.__file__).parent})
    made.run("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    yield made
    made.power_off()


def users(box):
    told = box.run("python3", "-I", "-S", "-B", "/media/openers.py", "/mnt")
    return {(one["path"], one["service"]) for one in map(json.loads, told.splitlines())}


def test_a_service_is_named_and_when_it_is_stopped_nobody_is(box):
    assert users(box) == set()
    box.run("systemd-run", f"--unit={UNIT}", "--working-directory=/mnt", "sleep", "1000")
    assert users(box) == {("/mnt", UNIT)}
    box.run("systemctl", "stop", UNIT)
    assert users(box) == set()


def test_who_is_of_no_service_is_named_without(box):
    work = "cd /mnt && echo there && exec cat"
    with subprocess.Popen(
        box.argv("sh", "-c", work), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as person:
        assert person.stdout.readline() == b"there\n"
        assert users(box) == {("/mnt", None)}
