"""The box itself: systemd is PID 1, nothing leads out of it, and nothing of it stays."""

import socket

import pytest

from tests.box.box import Box, why_missing
from tests.conftest import missing

pytestmark = pytest.mark.timeout(900)  # the first one makes the disk


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    if (reason := why_missing()) is not None:
        missing("box", reason)
    folder = tmp_path_factory.mktemp("shown")
    (folder / "file").write_text("shown\n")
    made = Box({"/media": folder})
    yield made
    made.power_off()


def test_systemd_runs_it_and_its_servers_are_up(box):
    assert box.run("ps", "-o", "comm=", "-p", "1") == "systemd\n"
    assert box.run("systemctl", "is-active", "postgresql", "redis-server") == "active\nactive\n"


def test_it_sees_what_it_is_shown_and_cannot_change_it(box):
    assert box.run("cat", "/media/file") == "shown\n"
    assert "Read-only" in box.run("touch", "/media/file", check=False)


def test_its_network_is_its_own(box):
    listener = box.network(socket.create_server, ("127.0.0.1", 7)).result()
    assert "127.0.0.1:7" in box.run("ss", "-ltn")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 7))
    listener.close()


def test_what_one_writes_the_next_does_not_see(box):
    box.run("touch", "/etc/written")
    other = Box({})
    try:
        assert "No such file" in other.run("ls", "/etc/written", check=False)
    finally:
        other.power_off()
