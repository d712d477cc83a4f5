"""What a run does now, read from text for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.drivers.backup import RunState
from calypso.drivers.backup.bareos import status


def test_a_live_run_is_put_together_from_director_client_and_storage(backup):
    told = backup.live(5)

    assert (told.id, told.state, told.phase) == (5, RunState.RUNNING, "running")
    assert (told.files, told.bytes, told.bytes_per_s) == (1204, 6759958123, 281664)
    assert (told.files_examined, told.errors) == (23460, 2)
    assert told.current_file == "/home/ada/Files=7 Bytes=8.txt"
    assert (told.volume, told.device) == ("Incremental-0003", "FileStorage")


@pytest.mark.parametrize(
    ("run_id", "state", "phase"),
    [
        (6, RunState.WAITING, "waiting on max Storage jobs"),
        (8, RunState.WAITING, "waiting for an appendable Volume"),
        (10, RunState.SUCCEEDED, "has terminated"),
    ],
)
def test_what_a_run_waits_for_is_told_and_nobody_else_is_asked(fake, backup, run_id, state, phase):
    told = backup.live(run_id)

    assert (told.state, told.phase, told.bytes) == (state, phase, 0)
    assert fake.asked == ["status director"]


def test_a_run_that_the_director_does_nothing_for_is_not_live(fake, backup):
    assert backup.live(1) is None  # it stands among the terminated
    fake.tells("status director", "\nRunning Jobs:\nNo Jobs running.\n====\n")
    assert backup.live(5) is None


def test_a_client_and_a_storage_that_are_silent_leave_the_director_to_tell(fake, backup):
    fake.hangs_at = 'status client="bareos-fd"'
    fake.tells('status storage="File"', "Failed to connect to Storage daemon File.")

    told = backup.live(5)

    assert (told.state, told.phase, told.bytes, told.volume) == (
        RunState.RUNNING, "running", 0, None,
    )  # fmt: skip


def test_what_is_told_of_other_runs_is_not_mixed_in(fake):
    client, storage = fake.text['status client="bareos-fd"'], fake.text['status storage="File"']

    assert status.of_client(client[0], 15)["Errors"] == "9"
    assert "file" not in status.of_client(client[0], 15)
    assert status.of_storage(storage[0], 15)["volume"] == "Full-0001"
    assert status.of_client(client[0], 1) == status.of_storage(storage[0], 1) == {}


def test_only_what_runs_uses_volumes(fake):
    told = fake.text['status storage="File"'][0] + '\nLast: Volume="Old-0001"\n'

    assert status.volumes(told) == {"Full-0001", "Incremental-0003"}


def test_what_nobody_knows_is_not_over():
    assert status.state("is in unknown state Q") is RunState.WAITING
    assert status.state("Dir inserting Attributes") is RunState.RUNNING


@given(st.text())
def test_whatever_status_prints_is_read(text):
    assert status.live_runs(text) == {}
    assert status.of_client(text, 5) == {}
    assert status.of_storage(text, 5) == {}
