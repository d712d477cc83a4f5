"""The fake machine answers from recordings and from nothing else."""

import pytest

from tests.fakes.host import FakeHost


def test_what_nobody_recorded_fails():
    host = FakeHost("openzfs-2.1.11")
    with pytest.raises(AssertionError, match="nobody recorded: zfs list -r tank"):
        host.run(["zfs", "list", "-r", "tank"], timeout_s=1)


def test_a_recorded_command_answers_by_itself():
    host = FakeHost("openzfs-2.1.11")
    ran = host.run(["zpool", "list", "-Hp", "nosuch"], timeout_s=1)
    assert (ran.code, ran.stderr) == (1, "cannot open 'nosuch': no such pool\n")
    assert host.asked == [("zpool", "list", "-Hp", "nosuch")]


def test_two_recordings_of_one_command_must_be_told_apart():
    host = FakeHost("openzfs-2.1.11")
    with pytest.raises(AssertionError, match="all answer"):
        host.run(["zfs", "release", "keep1", "tank/d1@s2"], timeout_s=1)
    host.usually("079-zfs-release.txt")
    assert host.run(["zfs", "release", "keep1", "tank/d1@s2"], timeout_s=1).ok


def test_a_line_for_a_shell_answers_nothing_by_itself():
    assert FakeHost("openzfs-2.1.11").recording("002-version.txt").argv is None


def test_answers_come_in_turn_and_the_last_stays():
    host = FakeHost("openzfs-2.1.11")
    host.answer(["zfs", "x"], "131-pool-full.txt", complaint=1)
    host.answer(["zfs", "x"])
    assert [host.run(["zfs", "x"], timeout_s=1).code for _ in range(3)] == [1, 0, 0]


def test_a_recording_that_is_not_there_fails_at_once():
    with pytest.raises(AssertionError, match="no recording"):
        FakeHost("openzfs-2.1.11").answer(["zfs", "x"], "999-nothing.txt")


def test_lines_are_heard_as_from_the_real_machine():
    host = FakeHost("openzfs-2.1.11")
    heard, staged = [], []
    host.answer(["a"], "107-send-vP.txt")
    host.answer(["b"], "118-recv.txt")
    host.stream(["b"], timeout_s=1, on_line=heard.append)
    host.pipe([["a"], ["b"]], timeout_s=1, on_line=lambda stage, line: staged.append((stage, line)))
    assert heard[0] == "receiving full stream of tank/d1@s2 into tank/r1@s2"
    assert staged[0] == (0, "full\ttank/d1@s2\t125175656")


def test_files_are_kept_in_memory():
    host = FakeHost()
    host.write_text("/etc/x", "text")
    assert host.exists("/etc/x")
    assert host.read_text("/etc/x") == "text"
    with pytest.raises(FileNotFoundError):
        host.read_text("/etc/y")
