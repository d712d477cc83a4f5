import signal
import sys
import time
from functools import partial

import pytest

from calypso.embedded.programs import daemon
from calypso.embedded.supervisor import Supervisor
from calypso.host.backoff import Backoff
from calypso.host.daemon import with_variable
from calypso.host.scope import is_alive

SLEEPER = ["sleep", "600"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
STUBBORN = [sys.executable, "-c", DEAF]


class Clock:
    """Time that passes when told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(clock, said):
    made = Supervisor(say=said.append, clock=clock)
    yield made
    made.end([child.name for child in made.children], grace_s=0, wait=time.sleep)


def launcher(name, argv, tmp_path):
    return partial(daemon, name, argv, logs=tmp_path, env={"PATH": "/usr/bin:/bin"})


def until(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_pauses_double_up_to_half_a_minute():
    backoff, pauses = Backoff(), []
    for _ in range(7):
        pauses.append(backoff.pause_after(0.1))
        backoff = backoff.after(0.1)

    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_who_ran_for_a_minute_is_started_again_after_the_first_pause():
    tired = Backoff(30.0)

    assert tired.pause_after(60) == 1
    assert tired.after(60).pause_after(0) == 2


def test_a_program_that_ends_is_started_again_when_due(supervisor, clock, said, tmp_path):
    first = supervisor.keep("sleeper", launcher("sleeper", SLEEPER, tmp_path))
    first.kill()

    assert supervisor.look()
    assert said[0].startswith("sleeper ended by itself (killed by signal 9); ")
    assert said[0].endswith(f"started again in 1 s. Its log: {tmp_path / 'sleeper.log'}")
    assert supervisor.pause_s(60) == 1
    clock.now = 0.9
    assert not supervisor.look()
    clock.now = 1.0
    assert supervisor.look()
    assert supervisor.records()[0].pid != first.pid
    assert said[-1] == "sleeper was started again."


def test_who_is_due_already_is_not_slept_over(supervisor, clock, tmp_path):
    assert supervisor.pause_s(60) == 60
    supervisor.keep("sleeper", launcher("sleeper", SLEEPER, tmp_path)).kill()
    supervisor.look()

    clock.now = 1.5

    assert supervisor.pause_s(60) == 0


def test_what_a_dead_program_had_started_is_ended_before_it_starts_again(supervisor, tmp_path):
    argv = ["sh", "-c", "sleep 600 & echo $!; wait"]
    parent = supervisor.keep("parent", launcher("parent", argv, tmp_path))
    until(parent.tail)
    orphan = int(parent.tail())
    parent.kill()
    assert is_alive(orphan)

    supervisor.look()

    assert not is_alive(orphan)


def test_a_program_that_cannot_be_started_again_is_tried_later(supervisor, clock, said, tmp_path):
    launches = iter([launcher("odd", SLEEPER, tmp_path), launcher("odd", ["/none"], tmp_path)])

    def launch():
        return next(launches)()

    supervisor.keep("odd", launch).kill()
    supervisor.look()
    clock.now = 1.0

    supervisor.look()

    assert "odd cannot be started" in said[-1]
    assert supervisor.pause_s(60) == 2


def test_who_ends_when_asked_is_not_killed_and_not_started_again(supervisor, said, tmp_path):
    sleeper = supervisor.keep("sleeper", launcher("sleeper", SLEEPER, tmp_path))

    supervisor.end(["sleeper"], grace_s=10, wait=time.sleep)

    assert sleeper.exit_code() == -signal.SIGTERM
    assert said == []
    assert not supervisor.look()
    assert supervisor.records() == ()


def test_who_does_not_end_in_time_is_killed(supervisor, clock, said, tmp_path):
    stubborn = supervisor.keep("stubborn", launcher("stubborn", STUBBORN, tmp_path))
    until(stubborn.tail)

    def wait(_limit_s):
        clock.now += 5

    supervisor.end(["stubborn"], grace_s=10, wait=wait)

    assert stubborn.exit_code() == -signal.SIGKILL
    assert clock.now == 10
    assert said == ["stubborn did not end in time and is killed."]


def test_haste_cuts_the_grace_short(supervisor, clock, tmp_path):
    stubborn = supervisor.keep("stubborn", launcher("stubborn", STUBBORN, tmp_path))
    until(stubborn.tail)

    supervisor.end(["stubborn"], grace_s=10, wait=time.sleep, hurried=lambda: True)

    assert stubborn.exit_code() == -signal.SIGKILL
    assert clock.now == 0


def test_a_child_dies_with_the_process_that_started_it(tmp_path):
    import subprocess

    mark = str(tmp_path)
    script = (
        "import os, signal; from pathlib import Path; from calypso.host.daemon import Daemon\n"
        f"child = Daemon('c', ['sleep', '600'], log=Path({mark!r}, 'log'),"
        f" env={{'PATH': '/usr/bin:/bin', 'MARK': {mark!r}}})\n"
        "child.start(); print('up', flush=True); signal.pause()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"up\n"
    assert with_variable("MARK", mark)

    parent.kill()
    parent.communicate()

    until(lambda: not with_variable("MARK", mark))
