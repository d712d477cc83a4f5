"""The keeper changes releases without a gap, and keeps what works when the new one does not."""

import os
import pwd
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.acceptance.keeper.conftest import LIMIT_S, until

LONGEST_S = 1.0


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def children_of(keeper):
    found = Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children").read_text()
    return [int(pid) for pid in found.split()]


@pytest.fixture
def two(home):
    home.release("1.0")
    home.release("2.0")
    home.switch("1.0")
    return home


class Poller(threading.Thread):
    """Asks again and again; nobody may refuse it."""

    def __init__(self, home):
        super().__init__(daemon=True)
        self.home, self.over = home, threading.Event()
        self.answers, self.failures = [], []

    def run(self):
        while not self.over.wait(0.01):
            try:
                self.answers.append(self.home.ask()[0])
            except (OSError, ValueError) as failed:
                self.failures.append(failed)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def test_a_release_takes_the_place_of_another_and_no_connection_is_refused(two):
    keeper = two.keep()
    two.serving("1.0")
    with Poller(two) as poller:
        until(lambda: len(poller.answers) > 20, "answers of the first")
        two.switch("2.0")
        told = two.reload(keeper)
        count = len(poller.answers)
        until(lambda: len(poller.answers) > count + 20, "answers of the second")
    assert told.returncode == 0, told.stderr
    assert "2.0 serves" in told.stderr
    assert poller.failures == []
    assert poller.answers[0] == "1.0"
    assert set(poller.answers[-10:]) == {"2.0"}


def test_what_the_old_release_is_doing_is_done_by_the_old_release(home):
    old = home.release("1.0", "works")
    home.release("2.0")
    home.switch("1.0")
    keeper = home.keep()
    before = home.serving("1.0")
    home.switch("2.0")
    assert home.reload(keeper).returncode == 0
    home.serving("2.0")
    assert is_alive(before)
    (old / "done").touch()
    until(lambda: not is_alive(before), "the old one ends")
    assert (old / "heard").read_text() == "1"
    assert keeper.poll() is None


def test_the_keeper_itself_is_of_the_release_that_serves(two):
    keeper = two.keep()
    two.serving("1.0")
    two.switch("2.0")
    two.reload(keeper)
    argv = Path(f"/proc/{keeper.pid}/cmdline").read_text().split("\0")
    assert Path(argv[0]) == two.folder / "releases/2.0/venv/bin/python"


def test_back_and_forth_ten_times_leaves_one_process_and_no_descriptor(two):
    keeper = two.keep()
    two.serving("1.0")
    two.reload(keeper)
    until(lambda: len(children_of(keeper)) == 1, "the first has ended")
    before = sorted(Path(f"/proc/{keeper.pid}/fd").iterdir())
    for turn in range(10):
        two.switch("21"[turn % 2] + ".0")
        assert two.reload(keeper).returncode == 0
    until(lambda: len(children_of(keeper)) == 1, "the others have ended")
    until(lambda: sorted(Path(f"/proc/{keeper.pid}/fd").iterdir()) == before, "descriptors")


@pytest.mark.parametrize(
    ("behaviour", "broken", "says"),
    [
        ("dies", False, "2.0 ended at its start (1)"),
        ("mute", False, "2.0 was not ready within 2 s"),
        ("fails", False, "2.0 has a part that ended at its start"),
        (None, True, "torn"),
    ],
)
def test_a_release_that_does_not_get_ready_changes_nothing(home, behaviour, broken, says):
    home.release("1.0")
    home.release("2.0", behaviour, broken=broken)
    home.switch("1.0")
    keeper = home.keep("--start-s", "2")
    before = home.serving("1.0")
    home.switch("2.0")
    told = home.reload(keeper)
    assert told.returncode == 1
    assert says in told.stderr
    assert home.ask() == ("1.0", before)
    until(lambda: children_of(keeper) == [before], "the newcomer is gone")
    home.switch("1.0")
    assert home.reload(keeper).returncode == 0


def test_a_reload_during_a_reload_is_refused_and_says_why(home):
    home.release("1.0")
    home.release("2.0", "mute")
    home.switch("1.0")
    keeper = home.keep("--start-s", "600")
    home.serving("1.0")
    home.switch("2.0")
    keeper.send_signal(signal.SIGHUP)
    until(lambda: len(children_of(keeper)) == 2, "the newcomer starts")
    told = home.reload(keeper)
    assert told.returncode == 1
    assert "another release is starting" in told.stderr


def test_a_first_start_that_fails_ends_the_keeper_with_an_error(home):
    home.release("1.0", "dies")
    home.switch("1.0")
    keeper = home.keep()
    assert keeper.wait(LIMIT_S) == 1
    assert "a made-up reason" in keeper.stderr.read()


def test_a_program_that_dies_is_started_again(two):
    two.keep()
    before = two.serving("1.0")
    os.kill(before, signal.SIGKILL)
    until(lambda: not is_alive(before), "it is dead")
    assert two.serving("1.0") != before


def test_sigterm_waits_for_the_work_of_every_generation_and_a_second_one_hurries(home):
    old, new = home.release("1.0", "works"), home.release("2.0", "works")
    home.switch("1.0")
    keeper = home.keep()
    first = home.serving("1.0")
    home.switch("2.0")
    home.reload(keeper)
    second = home.serving("2.0")
    until((old / "heard").exists, "the first generation is asked to end")
    keeper.send_signal(signal.SIGTERM)
    until((new / "heard").exists, "the second generation is asked to end")
    assert (old / "heard").read_text() == "1"
    (old / "done").touch()
    until(lambda: not is_alive(first), "the first generation ends")
    assert is_alive(second)
    assert keeper.poll() is None
    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(LIMIT_S) == 0
    assert (new / "heard").read_text() == "2"


def test_a_release_that_does_not_start_again_is_tried_beside_the_work_of_an_older_one(home):
    old, new = home.release("1.0", "works"), home.release("2.0")
    home.release("3.0")
    home.switch("1.0")
    keeper = home.keep()
    first = home.serving("1.0")
    home.switch("2.0")
    home.reload(keeper)
    until((old / "heard").exists, "the first generation is asked to end")
    (new / "behaviour").write_text("dies")
    os.kill(home.serving("2.0"), signal.SIGKILL)
    for _ in range(2):
        until(lambda: "ended at its start" in keeper.stderr.readline(), "2.0 fails, and again")
    home.switch("3.0")
    assert home.reload(keeper).returncode == 0
    home.serving("3.0")
    assert is_alive(first)
    assert (old / "heard").read_text() == "1"


def test_a_release_that_does_not_start_again_ends_the_keeper_when_nobody_works_any_more(home):
    old, new = home.release("1.0", "works"), home.release("2.0")
    home.switch("1.0")
    keeper = home.keep()
    home.serving("1.0")
    home.switch("2.0")
    home.reload(keeper)
    until((old / "heard").exists, "the first generation is asked to end")
    (new / "behaviour").write_text("dies")
    os.kill(home.serving("2.0"), signal.SIGKILL)
    until(lambda: "ended at its start" in keeper.stderr.readline(), "2.0 fails")
    (old / "done").touch()
    assert keeper.wait(LIMIT_S) == 1
    assert (old / "heard").read_text() == "1"


def test_a_wish_to_end_that_comes_while_releases_change_is_heard_by_the_next_keeper(home):
    home.release("1.0")
    newer = home.release("2.0", waits=True)
    home.switch("1.0")
    keeper = home.keep()
    home.serving("1.0")
    home.switch("2.0")
    keeper.send_signal(signal.SIGHUP)
    until((newer / "asked").exists, "2.0 is asked whether it can take over")

    keeper.send_signal(signal.SIGTERM)
    (newer / "go").touch()

    assert keeper.wait(LIMIT_S) == 0
    said = keeper.stderr.read()
    assert "turning into the keeper of 2.0" in said
    assert "started 2.0" not in said


def test_a_killed_keeper_leaves_nobody(two):
    keeper = two.keep()
    child = two.serving("1.0")
    keeper.kill()
    until(lambda: not is_alive(child), "its program dies with it")


STRANGER = """
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect("\\0calypso-keeper." + sys.argv[1])
line.sendall(b"reload\\n")
print(line.recv(100))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_stranger_is_not_listened_to(two):
    keeper = two.keep()
    pid = two.serving("1.0")
    two.switch("2.0")
    nobody = pwd.getpwnam("nobody")
    told = subprocess.run(
        ["/usr/bin/python3", "-c", STRANGER, str(keeper.pid)],
        user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], cwd="/",
        capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert told.stdout in {"", "b''\n"}, told
    assert two.ask() == ("1.0", pid)


def test_nobody_can_answer_in_the_name_of_a_keeper(home):
    with socket.socket(socket.AF_UNIX) as impostor:
        impostor.bind("\0calypso-keeper.1")
        impostor.listen()
        process = type("Process", (), {"pid": 1})
        told = home.reload(process)
    assert told.returncode == 1
    assert "Another process listens" in told.stderr


def test_systemd_hears_of_readiness_releases_and_life(two, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(LIMIT_S)
        keeper = two.keep(env={"NOTIFY_SOCKET": str(tmp_path / "notify")})

        def hears(line):
            while line not in systemd.recv(4096).decode().split("\n"):
                pass

        hears("READY=1")
        hears("WATCHDOG=1")
        two.switch("2.0")
        two.reload(keeper)
        hears("STATUS=Serves 2.0")
        keeper.terminate()
        hears("STOPPING=1")
