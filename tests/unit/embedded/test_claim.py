import os
import subprocess
from dataclasses import replace

import pytest

from calypso.embedded import record
from calypso.embedded.claim import TAG, claimed, end_leftovers
from calypso.embedded.record import ChildRecord, Running
from calypso.errors import InUse, Misconfigured
from calypso.host import proof
from calypso.host.scope import started_ticks


@pytest.fixture
def running():
    return Running(os.getpid(), proof.own_start(), "http://127.0.0.1:8080", proof.boot_id())


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_directory_is_held_by_one_and_the_other_learns_by_whom(tmp_path, running):
    with claimed(tmp_path):
        record.write(tmp_path, running)

        with pytest.raises(InUse) as refused, claimed(tmp_path):
            pass

    assert f"process {os.getpid()} serves http://127.0.0.1:8080" in refused.value.detail


def test_one_that_still_starts_is_named_too(tmp_path):
    with claimed(tmp_path), pytest.raises(InUse) as refused, claimed(tmp_path):
        pass

    assert f"process {os.getpid()} is starting or stopping" in refused.value.detail


def test_a_directory_is_free_again_afterwards(tmp_path):
    with claimed(tmp_path):
        pass
    with claimed(tmp_path):
        pass


def test_a_place_that_is_no_directory_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Misconfigured, match="--data"), claimed(tmp_path / "file"):
        pass


def test_a_recorded_child_that_still_runs_is_ended(tmp_path, running, sleeper):
    child = ChildRecord("worker-storage", sleeper.pid, started_ticks(sleeper.pid))
    record.write(tmp_path, replace(running, children=(child,)))

    assert end_leftovers(tmp_path) == [sleeper.pid]
    assert sleeper.wait(5) == -9


def test_a_recorded_server_is_asked_to_end_in_order(tmp_path, running, sleeper):
    child = ChildRecord("redis", sleeper.pid, started_ticks(sleeper.pid))
    record.write(tmp_path, replace(running, children=(child,)))

    end_leftovers(tmp_path)

    assert sleeper.wait(5) == -15


def test_a_younger_process_with_a_recorded_pid_is_left_alone(tmp_path, running, sleeper):
    older = ChildRecord("worker-storage", sleeper.pid, started_ticks(sleeper.pid) - 1)
    record.write(tmp_path, replace(running, children=(older,)))

    assert end_leftovers(tmp_path) == []
    assert sleeper.poll() is None


def test_a_record_from_before_a_reboot_says_nothing(tmp_path, running, sleeper):
    child = ChildRecord("worker-storage", sleeper.pid, started_ticks(sleeper.pid))
    record.write(tmp_path, replace(running, boot_id="another", children=(child,)))

    assert end_leftovers(tmp_path) == []
    assert sleeper.poll() is None


def test_what_no_record_names_is_found_by_its_environment(tmp_path):
    env = {TAG: str(tmp_path), "PATH": os.environ["PATH"]}
    escaped = subprocess.Popen(["sleep", "600"], env=env, start_new_session=True)

    assert end_leftovers(tmp_path) == [escaped.pid]
    assert escaped.wait(5) == -9


def test_a_record_is_read_as_it_was_written(tmp_path, running):
    whole = replace(running, postgres_port=20001, children=(ChildRecord("api", 7, 8),))
    record.write(tmp_path, whole)

    assert record.read(tmp_path) == whole
    assert record.find(tmp_path) == whole


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_half_a_record_is_none(tmp_path, text):
    (tmp_path / record.FILE).write_text(text)

    assert record.read(tmp_path) is None
    assert end_leftovers(tmp_path) == []


def test_an_up_that_is_gone_is_not_found(tmp_path, running):
    record.write(tmp_path, replace(running, started=1))

    assert record.find(tmp_path) is None


def test_addresses_lead_to_its_own_servers_only(tmp_path, running):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "password").write_text("pw")

    found = record.addresses(tmp_path, replace(running, postgres_port=20001))

    assert found == {
        "CALYPSO_DATABASE_URL": "postgresql+psycopg://calypso:pw@127.0.0.1:20001/calypso"
    }
