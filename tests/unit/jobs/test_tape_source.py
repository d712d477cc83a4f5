"""What GNU tar's complaints and its end mean for an archive."""

import pytest

from calypso.drivers.tape import StreamBroken
from calypso.host import Ran
from calypso.jobs.tape._source import MOST_WARNINGS, Complaints, SourceUnreadable
from tests.fakes.running import FakeRunning


def ended(code):
    return Ran(("tar",), code, "", "", 1.0)


def test_a_file_that_changed_is_a_warning_and_no_failure():
    running = FakeRunning()
    complaints = Complaints(running)
    complaints.hear("tar: ./log: file changed as we read it")

    complaints.judge(ended(1))

    assert running.warnings == [("source_changed", "tar: ./log: file changed as we read it")]


def test_a_file_that_cannot_be_read_is_a_failure_that_names_it():
    complaints = Complaints(FakeRunning())
    complaints.hear("tar: ./secret: Cannot open: Permission denied")
    complaints.hear("tar: Exiting with failure status due to previous errors")

    with pytest.raises(SourceUnreadable, match="secret: Cannot open: Permission denied"):
        complaints.judge(ended(2))


def test_a_tar_that_was_killed_broke_the_stream():
    with pytest.raises(StreamBroken, match="signal 9"):
        Complaints(FakeRunning()).judge(ended(-9))


def test_a_socket_is_no_complaint():
    running = FakeRunning()
    Complaints(running).hear("tar: ./x: socket ignored")
    assert running.warnings == []


def test_many_complaints_are_counted_and_not_all_told():
    running = FakeRunning()
    complaints = Complaints(running)
    for number in range(MOST_WARNINGS + 5):
        complaints.hear(f"tar: ./{number}: File removed before we read it")

    complaints.judge(ended(1))

    assert len(running.warnings) == MOST_WARNINGS + 1
    assert running.warnings[-1][1] == "… and 5 more complaints of tar"
