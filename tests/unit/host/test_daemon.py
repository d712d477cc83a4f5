"""A program is told to end while it is still a copy of who starts it: it ends all the same."""

import os
import signal
import sys

import pytest

from calypso.host import birth, daemon
from calypso.host.birth import spawn
from calypso.host.daemon import Daemon

GOES_ON = [sys.executable, "-c", "import time; time.sleep(60)"]
LIMIT_S = 30


@pytest.fixture
def swallowed():
    """Hear SIGTERM here; returns what was heard."""
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
    yield heard
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(autouse=True)
def told_early(monkeypatch):
    """Tell each child to end before it becomes its program."""
    before = birth.die_with_parent

    def told(*given):
        os.kill(os.getpid(), signal.SIGTERM)
        before(*given)

    for module in (birth, daemon):
        monkeypatch.setattr(module, "die_with_parent", told)


@pytest.mark.timeout(LIMIT_S)
def test_a_spawned_program_is_not_deaf_before_it_starts(swallowed):
    pid = spawn(GOES_ON, env={}, fds=())
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGTERM
    assert swallowed == []


def test_a_daemon_is_not_deaf_before_it_starts(swallowed):
    started = Daemon("deaf", GOES_ON, None, {})
    started.start()
    assert started.wait(LIMIT_S)
    assert started.exit_code() == -signal.SIGTERM
    assert swallowed == []


def test_whoever_starts_a_program_hears_signals_again(swallowed):
    pid = spawn(GOES_ON, env={}, fds=())
    os.kill(os.getpid(), signal.SIGTERM)
    assert swallowed == [1]
    os.waitpid(pid, 0)
