"""Releases are changed by one at a time."""

import os
import re
import subprocess
import sys

import pytest

from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import ReleasesBusy, UpgradeUnfit
from calypso.drivers.system.turn import turn

HOLDER = """
import signal, sys
from pathlib import Path
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.turn import turn
with turn(Layout(Path(sys.argv[1])), "being killed"):
    print("has it", flush=True)
    signal.pause()
"""


def test_a_second_is_refused_at_once_and_told_who_is_first(tmp_path):
    here = Layout(tmp_path)
    told = rf"going back to 1\.0 \(process {os.getpid()}, since [-0-9]+ [:0-9]+ UTC\)"
    with (
        turn(here, "going back to 1.0"),
        pytest.raises(ReleasesBusy, match=told),
        turn(here, "putting 2.0 in use"),
    ):
        raise AssertionError("both have it")
    with turn(here, "putting 2.0 in use"):
        pass


def test_a_shorter_name_leaves_nothing_of_a_longer_one(tmp_path):
    here = Layout(tmp_path)
    with turn(here, "x" * 1000):
        pass
    with turn(here, "short"):
        text = (here.upgrade / "lock").read_text()
    assert re.fullmatch(r"short \(process \d+, since [-0-9]+ [:0-9]+ UTC\)", text)


def test_what_was_refused_inside_gives_it_back(tmp_path):
    here = Layout(tmp_path)
    with pytest.raises(RuntimeError), turn(here, "failing"):
        raise RuntimeError
    with turn(here, "another"):
        pass


def test_a_holder_that_is_killed_gives_it_back(tmp_path):
    here = Layout(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout.readline() == "has it\n"
        told = rf"being killed \(process {child.pid}"
        with pytest.raises(ReleasesBusy, match=told), turn(here, "another"):
            pass
        child.kill()
    with turn(here, "another"):
        pass


def test_a_link_in_its_place_is_not_followed(tmp_path):
    here = Layout(tmp_path)
    here.upgrade.mkdir(parents=True)
    (tmp_path / "victim").write_text("kept")
    (here.upgrade / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(UpgradeUnfit, match="root alone"), turn(here, "anything"):
        pass
    assert (tmp_path / "victim").read_text() == "kept"
