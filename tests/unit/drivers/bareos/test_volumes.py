"""To forget what is on volumes."""

from datetime import timedelta

import pytest

from calypso.drivers.backup import BackupError, Unsupported, VolumeInUse, VolumeMissing, VolumeState
from calypso.models.clock import now
from tests.unit.drivers.bareos.conftest import IDLE, listed, volume

FULL = volume("Full-0001", "Full", 5_000_000)
PURGED = volume("Full-0001", "Purged", 5_000_000)


def test_pruning_forgets_what_is_older_than_the_retention(fake, backup):
    plan = backup.plan_prune("Full-0001")

    assert (plan.act, plan.runs) == ("prune", (1,))  # run 5 has not ended
    assert backup.prune("Full-0001").name == "Full-0001"
    assert fake.acts == ['prune volume="Full-0001" yes']


def test_what_has_just_ended_is_not_pruned(fake, backup):
    ended = (now() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    told = fake.json['llist jobs volume="Full-0001"'][0].replace("2026-01-01 12:00:04", ended)
    fake.says('llist jobs volume="Full-0001"', told)

    assert backup.plan_prune("Full-0001").runs == ()


def test_a_volume_that_is_written_to_is_not_pruned(fake, backup):
    with pytest.raises(VolumeInUse, match="Incremental-0003 is Append"):
        backup.prune("Incremental-0003")
    with pytest.raises(VolumeMissing):
        backup.prune("NoSuch")
    assert fake.acts == []


def test_purging_forgets_all_runs_of_a_volume(fake, idle, backup):
    plan = backup.plan_purge("Full-0001")
    assert plan.runs == (1, 5)
    fake.says("llist media all", listed(FULL), listed(PURGED))

    assert backup.purge("Full-0001").state is VolumeState.PURGED
    assert fake.acts == ['purge volume="Full-0001" yes']


def test_what_is_purged_is_not_purged_again(fake, idle, backup):
    assert backup.purge("Gone-0009").state is VolumeState.PURGED
    assert fake.acts == []


def test_a_volume_that_is_not_purged_afterwards_is_refused(idle, backup):
    with pytest.raises(BackupError, match="Full-0001 is Full still"):
        backup.purge("Full-0001")


def test_a_console_that_may_not_purge_is_told_so(fake, idle, backup):
    fake.plays("refusals")

    with pytest.raises(Unsupported, match="need full client permission"):
        backup.purge("Full-0001")


@pytest.mark.parametrize("act", ["plan_purge", "purge", "plan_delete", "delete"])
def test_a_volume_that_a_run_writes_is_left_alone(fake, backup, act):
    with pytest.raises(VolumeInUse, match="on storage File"):
        getattr(backup, act)("Incremental-0003")
    assert fake.acts == []


def test_a_storage_that_cannot_tell_may_use_the_volume(fake, backup):
    fake.hangs_at = 'status storage="Tape"'
    with pytest.raises(VolumeInUse, match="or may do so, on storage Tape"):
        backup.purge("Full-0001")
    fake.hangs_at = None
    fake.tells('status storage="Tape"', "Failed to connect to Storage daemon Tape.")
    with pytest.raises(VolumeInUse):
        backup.purge("Full-0001")
    fake.tells('status storage="Tape"', IDLE)
    assert backup.plan_purge("Full-0001").runs == (1, 5)


def test_a_volume_of_no_storage_may_be_used_on_any(fake, backup):
    busy = '\nRunning Jobs:\nReading: Full Restore job x JobId=5 Volume="Gone-0009"\n====\n'
    fake.tells('status storage="Tape"', busy)

    with pytest.raises(VolumeInUse, match="on storage Tape"):
        backup.truncate("Gone-0009")


def test_a_purged_volume_is_cut_back_to_its_label(fake, idle, backup):
    large, small = (volume("Gone-0009", "Purged", size) for size in (9_000_000, 300))
    fake.says("llist media all", listed(large), listed(small))

    assert backup.truncate("Gone-0009").bytes == 300
    assert fake.acts == ['truncate volstatus=Purged volume="Gone-0009" drive=0 yes']
    assert backup.truncate("Gone-0009").bytes == 300  # twice is as good as once
    assert len(fake.acts) == 1


def test_a_volume_that_stays_as_large_was_not_truncated(idle, backup):
    with pytest.raises(BackupError, match="as large as before"):
        backup.truncate("Gone-0009")


def test_a_volume_that_is_not_purged_is_not_truncated(fake, idle, backup):
    with pytest.raises(VolumeInUse, match="purge it first"):
        backup.truncate("Full-0001")
    assert fake.acts == []


def test_a_volume_is_deleted_from_the_catalog(fake, idle, backup):
    assert backup.plan_delete("Full-0001").runs == (1, 5)
    fake.says("llist media all", listed(FULL), listed())

    backup.delete("Full-0001")

    assert fake.acts == ['delete volume="Full-0001" yes']


def test_a_volume_that_is_there_afterwards_was_not_deleted(idle, backup):
    with pytest.raises(BackupError, match="in the catalog still"):
        backup.delete("Full-0001")
