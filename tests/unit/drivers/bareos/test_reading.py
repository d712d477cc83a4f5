"""What Bareos answers, read; fed by answers that were composed from its documentation."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.drivers.backup import (
    BackupJob,
    BackupJobMissing,
    BackupPool,
    BackupStorage,
    Client,
    DirectorUnreadable,
    Level,
    NothingToRestore,
    RunFilter,
    RunKind,
    RunMissing,
    RunState,
    VolumeState,
)
from calypso.drivers.backup.bareos import records
from tests.fakes.bareos import result


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- the configuration


def test_jobs_are_read_with_their_priority_and_without_what_they_have_not(backup):
    jobs = {one.name: one for one in backup.jobs()}

    assert list(jobs) == ["backup-bareos-fd", "Home of Ada", "Consolidate", "RestoreFiles"]
    assert jobs["backup-bareos-fd"] == BackupJob(
        name="backup-bareos-fd", kind=RunKind.BACKUP, level=Level.INCREMENTAL,
        client="bareos-fd", fileset="SelfTest", pool="Incremental", storage="File",
        priority=10, is_enabled=True,
    )  # fmt: skip
    ada = jobs["Home of Ada"]
    assert (ada.level, ada.priority, ada.is_enabled) == (Level.VIRTUAL_FULL, 11, False)
    assert jobs["Consolidate"].kind is RunKind.OTHER
    assert (jobs["Consolidate"].client, jobs["Consolidate"].fileset) == ("", "")
    assert (jobs["RestoreFiles"].kind, jobs["RestoreFiles"].level) == (RunKind.RESTORE, None)


def test_all_jobs_cost_three_processes_however_many_there_are(fake, backup):
    backup.jobs()

    assert len(fake.ran) == 3


def test_one_job_is_the_same_as_in_the_list(backup):
    listed = {one.name: one for one in backup.jobs()}

    assert backup.job("Home of Ada") == listed["Home of Ada"]
    with pytest.raises(BackupJobMissing, match="nosuch"):
        backup.job("nosuch")


def test_clients_are_read_also_one_that_never_ran(backup):
    assert backup.clients() == [
        Client(
            name="bareos-fd", address="localhost", port=9102, version="24.0.1",
            uname="Debian GNU/Linux 12 (bookworm),debian",
        ),
        Client(name="test2-fd", address="192.0.2.7", port=9102),
    ]  # fmt: skip


def test_filesets_pools_and_storages_are_read(backup):
    assert backup.filesets() == ["SelfTest", "Catalog"]
    assert backup.pools() == [
        BackupPool(
            name="Full", kind="Backup", label_format="Full-", max_volumes=100,
            max_volume_bytes=50 << 30, is_recycled=True,
        ),
        BackupPool(name="Incremental", kind="Backup", is_recycled=False),
    ]  # fmt: skip
    assert backup.storages() == [
        BackupStorage(
            name="File", address="localhost", port=9103, device="FileStorage",
            media_type="File", is_enabled=True,
        ),
        BackupStorage(
            name="Tape", address="localhost", port=9103, device="tapedrive-0,tapedrive-1",
            media_type="LTO-8", is_enabled=False,
        ),
    ]  # fmt: skip


# ---- the past


def test_a_run_is_read_with_its_comment_and_its_volumes(backup):
    run = backup.run(1)

    assert (run.id, run.name, run.kind, run.level) == (
        1, "backup-bareos-fd", RunKind.BACKUP, Level.FULL,
    )  # fmt: skip
    assert run.unique == "backup-bareos-fd.2026-06-01_12.00.00_04"
    assert (run.state, run.status_letter) == (RunState.SUCCEEDED, "T")
    assert (run.client, run.fileset, run.pool) == ("bareos-fd", "SelfTest", "Full")
    assert run.scheduled_at == at("2026-06-01 12:00:00")
    assert run.started_at == at("2026-06-01 12:00:02")
    assert run.ended_at == at("2026-06-01 12:00:04")
    assert (run.files, run.bytes, run.errors) == (18, 4651943, 0)
    assert run.comment == "calypso-17-1"
    assert run.volumes == ("Full-0001", "Full-0002")
    assert not run.is_purged


def test_an_older_directors_word_for_the_client_is_understood(backup):
    run = backup.run(2)

    assert (run.client, run.comment, run.is_purged) == ("bareos-fd", "", True)
    assert run.state is RunState.WARNINGS


def test_a_run_that_never_was_is_missing(backup):
    with pytest.raises(RunMissing, match="999999"):
        backup.run(999999)
    assert backup.log(999999) == []


def test_runs_are_listed_newest_first_with_their_comments(backup):
    found = backup.runs()

    assert [one.id for one in found] == [5, 3, 2, 1]
    assert [one.comment for one in found] == ["calypso-19-1", "", "", "calypso-17-1"]
    assert [one.id for one in backup.runs(limit=2, before_id=5)] == [3, 2]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"kind": RunKind.RESTORE}, [3]),
        ({"level": Level.INCREMENTAL}, [5, 2]),
        ({"states": (RunState.SUCCEEDED,)}, [3, 1]),
        ({"client": "other-fd"}, []),
        ({"fileset": "SelfTest"}, [5, 3, 2, 1]),
        ({"comment": "calypso-17-1"}, [1]),
        ({"started_before": at("2026-06-02 12:00:02")}, [2, 1]),
        ({"job": "backup-bareos-fd"}, [5, 2, 1]),
        ({"job": "Consolidate"}, []),
    ],
)
def test_runs_are_chosen_by_what_is_wanted(backup, wanted, ids):
    assert [one.id for one in backup.runs(RunFilter(**wanted))] == ids


def test_of_very_many_runs_the_last_thousand_are_looked_at(fake, backup):
    fake.says("llist jobs count", result(jobs=[{"count": "1234567"}]))
    fake.says("llist jobs limit=1000 offset=1233567", result(jobs=[]))

    assert backup.runs() == []
    assert fake.asked[-1] == "llist jobs limit=1000 offset=1233567"


def test_the_last_good_run_of_a_job_may_have_warnings(backup):
    assert backup.last_good("backup-bareos-fd").id == 2
    assert backup.last_good("backup-bareos-fd", level=Level.FULL).id == 1
    assert backup.last_good("backup-bareos-fd", level=Level.DIFFERENTIAL) is None


def test_what_was_said_of_a_run_comes_numbered(backup):
    lines = backup.log(1)

    assert [line.id for line in lines] == [1, 2]
    assert lines[0].at == at("2026-06-01 12:00:02")
    assert lines[1].text.endswith("Termination:            Backup OK")
    assert backup.log(1, after=1) == lines[1:]


# ---- volumes


def test_volumes_are_read_by_name(backup):
    full, gone, incremental = (backup.volume(name) for name in
                               ("Full-0001", "Gone-0009", "Incremental-0003"))  # fmt: skip

    assert backup.volumes() == [full, gone, incremental]
    assert (full.pool, full.storage, full.media_type) == ("Full", "Tape", "LTO-8")
    assert (full.state, full.bytes, full.runs) == (VolumeState.FULL, 5_000_000, 1)
    assert (full.slot, full.in_changer, full.errors) == (3, True, 1)
    assert full.expires_at - full.last_written_at == timedelta(days=1)
    assert (gone.storage, gone.last_written_at, gone.runs) == (None, None, 0)
    assert (incremental.slot, incremental.expires_at) == (None, None)


# ---- rows


@given(
    st.dictionaries(
        st.sampled_from(["jobid", "name", "job", "jobstatus", "type", "level", "starttime"]),
        st.none() | st.integers() | st.text() | st.booleans(),
    )
)
def test_a_row_of_anything_is_a_run_or_refused(row):
    with suppress(DirectorUnreadable):
        assert records.run(row).name == records.text(row, "name")


@pytest.mark.parametrize("wrong", ["jobs", 7, [7], {"x": 1}])
def test_a_list_that_is_none_is_unreadable(wrong):
    with pytest.raises(DirectorUnreadable, match="jobs are no list"):
        records.rows({"jobs": wrong}, "jobs")


def test_a_number_may_be_text_with_separators_a_truth_or_nothing():
    row = {"text": "1,234", "truth": True, "null": "NULL", "none": None, "number": 7}

    assert [records.number(row, key) for key in row] == [1234, 1, 0, 0, 7]
    assert records.number(row, "absent") == 0
    with pytest.raises(DirectorUnreadable, match="no number"):
        records.number({"slot": "three"}, "slot")


def test_there_may_be_no_list_at_all():
    assert records.rows({}, "jobs") == records.rows({"jobs": {}}, "jobs") == []


# ---- runs to restore from


def test_the_runs_that_make_up_the_newest_state_are_told_by_the_director(fake, backup):
    assert backup.runs_for("bareos-fd", "SelfTest") == (1, 2)
    assert fake.asked[-1] == ".bvfs_get_jobids jobid=2"


def test_the_state_at_a_time_is_that_of_the_run_before(backup):
    assert backup.runs_for("bareos-fd", "SelfTest", before=at("2026-06-02 00:00:00")) == (1,)
    with pytest.raises(NothingToRestore, match="Catalog on bareos-fd"):
        backup.runs_for("bareos-fd", "Catalog")
