"""Whoever throws his environment away, leaves his session and his parent is found all the same."""

import os
import signal
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from calypso.host import cgroup
from calypso.host.local import LocalHost
from calypso.host.proof import end_leftovers
from calypso.host.scope import Scope, is_alive
from tests.conftest import require_cgroup

NAMELESS = (
    "env -i setsid sh -c 'echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 60' >/dev/null 2>&1 &"
)


@pytest.fixture
def grouped():
    require_cgroup()
    host = LocalHost(tag=f"{uuid4()}.1", grace_s=0.2, cgroups=True)
    yield host
    host.end_all()


def group_of(host):
    return cgroup.Cgroup(cgroup.own() / f"calypso.{host._tag}")


def until(true, limit_s=10.0):
    deadline = time.monotonic() + limit_s
    while not (answer := true()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)
    return answer


def pid_in(file):
    until(file.exists)
    return int(file.read_text())


def test_a_program_is_born_into_the_group_of_its_job(grouped):
    where = grouped.run(["cat", "/proc/self/cgroup"], timeout_s=5).stdout
    assert f"calypso.{grouped._tag}\n" in where


def test_a_program_that_starts_after_an_end_is_in_the_group_too(grouped):
    grouped.run(["true"], timeout_s=5)
    grouped.end_all()

    assert grouped._tag in grouped.run(["cat", "/proc/self/cgroup"], timeout_s=5).stdout


def test_the_group_goes_with_the_last_of_its_programs(grouped):
    grouped.run(["sh", "-c", "setsid sleep 60 >/dev/null 2>&1 &"], timeout_s=5)
    assert group_of(grouped).is_populated()

    grouped.end_all()

    assert not group_of(grouped).folder.exists()


def test_one_without_name_session_and_parent_ends_with_the_rest(grouped, tmp_path):
    grouped.run(["sh", "-c", NAMELESS.format(pid=tmp_path / "pid")], timeout_s=5)
    pid = pid_in(tmp_path / "pid")

    grouped.end_all()

    assert not is_alive(pid)


def test_who_hides_in_a_group_below_is_ended_and_the_group_removed(grouped):
    grouped.run(["true"], timeout_s=5)
    below = group_of(grouped).folder / "below"
    move = (
        f"mkdir {below}; echo $$ > {below}/cgroup.procs; env -i setsid sleep 60 >/dev/null 2>&1 &"
    )
    grouped.run(["sh", "-c", move], timeout_s=5)
    assert group_of(grouped).pids()

    grouped.end_all()

    assert not below.parent.exists()


def test_what_a_dead_worker_left_is_found_by_its_group(tmp_path):
    require_cgroup()
    tag, marker = f"{uuid4()}.1", tmp_path / "pid"
    worker = start_worker(tag, marker, cgroups=True)
    nameless = pid_in(marker)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    assert is_alive(nameless)

    assert nameless in end_leftovers([tag])

    assert not is_alive(nameless)
    assert cgroup.left_of(tag) == []


def test_without_a_group_an_orphan_is_found_by_its_foster_parent(tmp_path):
    worker = start_worker(f"{uuid4()}.1", tmp_path / "pid", cgroups=False, then="host.end_all()")
    nameless = pid_in(tmp_path / "pid")

    _, status = os.waitpid(worker, 0)

    assert status == 0
    assert not is_alive(nameless)


def start_worker(tag, marker, *, cgroups, then="host.run(['sleep', '60'], timeout_s=60)"):
    """Start a process that runs one job as a worker does; a nameless child flees from it."""
    script = (
        "from calypso.host.local import LocalHost\n"
        "from calypso.host.scope import adopt_orphans\n"
        "adopt_orphans()\n"
        f"host = LocalHost(tag={tag!r}, grace_s=0.2, cgroups={cgroups})\n"
        f"host.run(['sh', '-c', {NAMELESS.format(pid=marker)!r} + "
        f"' until test -e {marker}; do sleep 0.01; done'], timeout_s=9)\n{then}\n"
    )
    return os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", script])


def test_a_folder_that_is_no_control_group_is_not_taken_for_one(tmp_path):
    group = cgroup.Cgroup(tmp_path / "calypso.x")

    assert not group.make()
    assert (group.pids(), group.is_populated()) == (set(), False)


def test_a_scope_without_groups_makes_none(tmp_path):
    scope = Scope(f"{uuid4()}.1", cgroups=False)
    scope.open()

    assert cgroup.left_of(scope.tag) == []


def test_nothing_is_left_of_a_tag_that_never_was():
    assert cgroup.left_of(f"{uuid4()}.") == []
    assert end_leftovers([f"{uuid4()}."]) == []


def test_our_own_group_is_a_folder_of_the_kernel():
    if cgroup.mounted() is None:
        assert cgroup.own() is None
    else:
        assert Path(cgroup.own(), "cgroup.procs").exists()
