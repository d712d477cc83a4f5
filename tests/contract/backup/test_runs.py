"""Runs on real daemons."""

import os
import uuid
from datetime import timedelta

import pytest

from calypso.drivers.backup import (
    Level,
    RunFilter,
    RunKind,
    RunMissing,
    RunNotLive,
    RunState,
    VolumeMissing,
)
from calypso.models.clock import now
from tests.contract.backup.conftest import ended, stopped, until
from tests.lab_bacula.fixtures import BIG_BYTES

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


def test_a_full_backup_succeeds_and_the_catalog_tells_of_it(either):
    comment = token()

    run_id = either.start("Home", comment=comment, level=Level.FULL)
    run = ended(either, run_id)

    assert (run.id, run.name, run.kind, run.level) == (run_id, "Home", RunKind.BACKUP, Level.FULL)
    assert run.state is RunState.SUCCEEDED
    assert (run.client, run.fileset, run.pool) == ("lab-fd", "Data", "DiskPool")
    assert run.bytes > BIG_BYTES
    assert run.files > 20
    assert run.comment == comment
    assert run.volumes
    assert now() - timedelta(minutes=5) < run.started_at <= run.ended_at <= now()


def test_an_incremental_takes_only_what_has_changed(backup, lab):
    ended(backup, backup.start("Home", comment=token(), level=Level.FULL))
    (lab.data / "changed").write_bytes(os.urandom(5000))

    run = ended(backup, backup.start("Home", comment=token(), level=Level.INCREMENTAL))

    assert run.state is RunState.SUCCEEDED
    assert run.level is Level.INCREMENTAL
    assert 5000 <= run.bytes < 6000


def test_a_job_whose_name_has_spaces_runs(backup):
    run = ended(backup, backup.start("Home of Ada", comment=token(), level=Level.FULL))

    assert run.name == "Home of Ada"
    assert run.state is RunState.SUCCEEDED


def test_while_it_runs_files_bytes_rate_and_volume_are_told(backup):
    run_id = backup.start("Slow", comment=token(), level=Level.FULL)

    told = until(lambda: (one := backup.live(run_id)) and one.bytes and one.volume and one)

    assert told.state is RunState.RUNNING
    assert told.phase == "running"
    assert 0 < told.bytes <= BIG_BYTES + 100_000
    assert told.files >= 1
    assert told.bytes_per_s > 0
    assert told.volume.startswith("Vol-")
    assert told.device.startswith("DiskDrive")
    assert stopped(backup, run_id).state is RunState.CANCELLED


def test_a_run_is_found_by_its_comment_from_the_start_to_after_the_end(either):
    comment = token()
    assert either.find_started(comment) is None

    run_id = either.start("Slow", comment=comment, level=Level.FULL)

    assert either.find_started(comment) == run_id
    until(lambda: (one := either.live(run_id)) and one.state is RunState.RUNNING)
    assert either.find_started(comment) == run_id
    stopped(either, run_id)
    assert either.find_started(comment) == run_id


def test_the_catalog_alone_knows_a_run_as_soon_as_its_number_is_told(backup):
    comment = token()

    run_id = backup.start("Slow", comment=comment, level=Level.FULL)

    assert [one.id for one in backup.runs(RunFilter(comment=comment))] == [run_id]
    stopped(backup, run_id)


def test_cancelling_reaches_director_client_and_storage(backup, lab):
    run_id = backup.start("Slow", comment=token(), level=Level.FULL)
    until(lambda: (one := backup.live(run_id)) and one.bytes and one.volume)

    backup.cancel(run_id)
    run = ended(backup, run_id, limit_s=20)

    assert run.state is RunState.CANCELLED
    assert backup.live(run_id) is None
    for asked in ('client="lab-fd"', 'storage="Disk"'):
        with backup._session() as talk:
            assert f"jobid={run_id}\n" not in talk.status(f".status {asked} running").text.lower()


def test_a_run_that_has_ended_is_not_cancelled_again(backup):
    run = ended(backup, backup.start("Home", comment=token(), level=Level.INCREMENTAL))

    with pytest.raises(RunNotLive, match="is not live; it is succeeded"):
        backup.cancel(run.id)


def test_a_run_that_never_was_is_missing(either):
    with pytest.raises(RunMissing):
        either.cancel(999_999)
    with pytest.raises(RunMissing):
        either.run(999_999)
    assert either.live(999_999) is None
    assert either.log(999_999) == []


def test_two_at_once_both_succeed(backup):
    ids = [backup.start("Slow", comment=token(), level=Level.FULL) for _ in range(2)]

    def states():
        return [told and told.state for told in map(backup.live, ids)]

    until(lambda: states() == [RunState.RUNNING] * 2)
    assert [ended(backup, one).state for one in ids] == [RunState.SUCCEEDED] * 2


def test_one_that_waits_for_another_says_so(backup):
    first = backup.start("Single", comment=token(), level=Level.FULL)
    second = backup.start("Single", comment=token(), level=Level.FULL)

    told = until(lambda: (one := backup.live(second)) and "max" in one.phase and one)

    assert told.state is RunState.WAITING
    assert told.phase.startswith("waiting on max Job jobs")
    assert stopped(backup, second).state is RunState.CANCELLED
    assert stopped(backup, first).state is RunState.CANCELLED


def test_one_that_is_to_start_later_waits_and_can_be_cancelled(backup):
    at = now() + timedelta(hours=2)

    run_id = backup.start("Home", comment=token(), at=at, priority=11)

    told = until(lambda: (one := backup.live(run_id)) and "start time" in one.phase and one)
    assert told.state is RunState.WAITING
    assert abs(backup.run(run_id).scheduled_at - at) < timedelta(seconds=2)
    assert stopped(backup, run_id).state is RunState.CANCELLED


def test_without_a_volume_the_run_waits_and_says_for_what(backup):
    run_id = backup.start("NoVolume", comment=token(), level=Level.FULL)

    told = until(lambda: (one := backup.live(run_id)) and "Volume" in one.phase and one)

    assert told.state is RunState.WAITING
    assert "waiting" in told.phase
    until(lambda: type(backup.trouble(run_id)) is VolumeMissing)
    assert stopped(backup, run_id).state is RunState.CANCELLED


def test_the_client_counts_what_a_run_would_take_along(backup):
    told = backup.estimate("Home", level=Level.FULL)

    assert told.files > 20
    assert told.bytes > BIG_BYTES


def test_what_was_said_of_a_run_comes_line_by_line(either):
    run = ended(either, either.start("Home", comment=token(), level=Level.FULL))

    until(lambda: "Termination:" in either.log(run.id)[-1].text)
    lines = either.log(run.id)

    assert any("Start Backup JobId" in line.text for line in lines)
    assert "Backup OK" in lines[-1].text
    assert [line.id for line in lines] == sorted({line.id for line in lines})
    assert either.log(run.id, after=lines[2].id) == lines[3:]


def test_jobs_clients_pools_and_storages_are_told(either):
    jobs = {one.name: one for one in either.jobs()}
    assert jobs["Home of Ada"].kind is RunKind.BACKUP
    assert jobs["Home"].level is Level.INCREMENTAL
    assert (jobs["Tape"].pool, jobs["Tape"].storage) == ("TapePool", "Library")
    assert jobs["Restore"].kind is RunKind.RESTORE
    assert jobs["Restore"].level is None
    assert either.job("Home") == jobs["Home"]
    ended(either, either.start("Home", comment=token()))
    clients = {one.name: one for one in either.clients()}
    assert clients["lab-fd"].version
    assert "linux" in clients["lab-fd"].uname
    assert clients["away-fd"].version is None
    assert either.filesets() == ["Data"]
    pools = {one.name: one for one in either.pools()}
    assert pools["DiskPool"].max_volume_bytes == 50 << 20
    assert pools["TapePool"].max_volumes is None
    assert {one.name: one.media_type for one in either.storages()}["Library"] == "Tape"
