"""Every refusal that was recorded has its type."""

import pytest

from calypso.drivers import storage as types
from calypso.drivers.storage.zfs import errors
from calypso.host import Ran
from tests.fakes.host import RECORDINGS, FakeHost, read_recording

HOST = FakeHost("openzfs-2.1.11")

# recording, number of the complaint in it, type
REFUSALS = [
    ("009-zpool-status-nosuch.txt", 0, types.PoolMissing),
    ("010-zpool-list-nosuch.txt", 0, types.PoolMissing),
    ("011-zfs-list-nosuch.txt", 0, types.DatasetMissing),
    ("014-zpool-create-dup.txt", 0, types.PoolExists),
    ("015-zpool-create-inuse.txt", 0, types.DeviceInUse),
    ("016-zpool-create-inuse-f.txt", 0, types.DeviceInUse),
    ("017-zpool-create-nodev.txt", 0, types.DeviceMissing),
    ("018-zpool-create-badname.txt", 0, types.BadName),
    ("019-zpool-create-badname2.txt", 0, types.BadName),
    ("020-zpool-create-badname3.txt", 0, types.BadName),
    ("021-zpool-create-toosmall.txt", 0, types.DeviceUnfit),
    ("022-zpool-create-relpath.txt", 0, types.DeviceMissing),
    ("023-zpool-create-badopt.txt", 0, types.BadProperty),
    ("024-zpool-create-ashift.txt", 0, types.BadProperty),
    ("025-zpool-create-mismatch.txt", 0, types.DeviceUnfit),
    ("040-zfs-create-dup.txt", 0, types.DatasetExists),
    ("041-zfs-create-noparent.txt", 0, types.ParentMissing),
    *(("043-zfs-create-badchar.txt", at, types.BadName) for at in range(5)),
    ("044-zfs-create-toolong.txt", 0, types.BadName),
    ("045-zfs-create-badprop.txt", 0, types.BadProperty),
    ("046-zfs-create-badval.txt", 0, types.BadProperty),
    ("047-zfs-create-badquota.txt", 0, types.OutOfSpace),
    ("047-zfs-create-badquota.txt", 1, types.BadProperty),
    ("048-zfs-create-nopool.txt", 0, types.PoolMissing),
    ("051-zfs-create-vol-badsize.txt", 0, types.DatasetExists),
    ("052-zfs-create-vol-nospace.txt", 0, types.OutOfSpace),
    ("056-zfs-list-badcol.txt", 0, types.BadProperty),
    ("060-zfs-snapshot-dup.txt", 0, types.SnapshotExists),
    ("061-zfs-snapshot-nods.txt", 0, types.DatasetMissing),
    ("062-zfs-snapshot-bad.txt", 1, types.BadName),
    ("062-zfs-snapshot-bad.txt", 2, types.BadName),
    ("069-zfs-clone-dup.txt", 0, types.DatasetExists),
    ("070-zfs-clone-nosnap.txt", 0, types.SnapshotMissing),
    ("071-zfs-destroy-snap-with-clone.txt", 0, types.HasClones),
    ("073-zfs-destroy-has-snaps.txt", 0, types.HasDependents),
    ("074-zfs-destroy-r-clones.txt", 0, types.HasClones),
    ("075-zfs-destroy-nv.txt", 0, types.HasClones),
    ("077-zfs-hold-dup.txt", 0, errors.TagExists),
    ("078-zfs-destroy-held.txt", 0, types.Held),
    ("080-zfs-release-none.txt", 0, errors.TagMissing),
    ("081-zfs-rollback-older.txt", 0, types.NewerSnapshots),
    ("082-zfs-rollback-r-clone.txt", 0, types.HasClones),
    ("085-zfs-rollback-nosnap.txt", 0, types.SnapshotMissing),
    ("087-zfs-promote-notclone.txt", 0, types.NotAClone),
    ("088-zfs-rename.txt", 0, types.DatasetExists),
    ("089-zfs-unmount-busy.txt", 0, types.Busy),
    ("090-zfs-destroy-busy.txt", 0, types.Busy),
    ("091-zfs-destroy-nosuch.txt", 0, types.DatasetMissing),
    ("092-zfs-destroy-pool.txt", 0, types.Unsupported),
    ("093-zvol-busy.txt", 0, types.Busy),
    ("094-zvol-resize.txt", 0, types.BadProperty),
    ("094-zvol-resize.txt", 1, types.OutOfSpace),
    ("095-quota-exceeded.txt", 0, types.OutOfSpace),
    ("096-set-quota-below.txt", 0, types.OutOfSpace),
    *(("097-set-errors.txt", at, types.BadProperty) for at in range(4)),
    ("097-set-errors.txt", 4, types.DatasetMissing),
    ("098-userprop.txt", 0, types.BadProperty),
    *(("099-perm-user.txt", at, types.NotPermitted) for at in range(6)),
    ("111-send-nosuch.txt", 0, types.SnapshotMissing),
    ("112-send-noincr.txt", 0, types.SnapshotMissing),
    ("113-send-wrongorder.txt", 0, types.BaseMissing),
    ("119-recv-dup.txt", 0, types.DatasetExists),
    ("120-recv-F.txt", 0, types.DatasetExists),
    ("122-recv-noparent.txt", 0, types.DatasetMissing),
    ("123-recv-garbage.txt", 0, types.StreamBroken),
    ("123-recv-garbage.txt", 1, types.StreamBroken),
    ("124-recv-truncated.txt", 0, types.StreamBroken),
    ("125-recv-corrupt.txt", 0, types.StreamBroken),
    ("126-recv-resume.txt", 0, types.StreamBroken),
    ("127-recv-inc-nobase.txt", 0, types.BaseMissing),
    ("128-recv-modified.txt", 0, errors.MountedAlready),
    ("128-recv-modified.txt", 1, types.BaseMissing),
    ("131-pool-full.txt", 1, types.OutOfSpace),
    ("131-pool-full.txt", 2, types.OutOfSpace),
    ("131-pool-full.txt", 3, types.OutOfSpace),
    ("132-scrub-none.txt", 0, errors.NoScrub),
    ("132-scrub-none.txt", 1, errors.NoScrub),
    ("133-scrub-start.txt", 0, errors.ScrubRunning),
    ("133-scrub-start.txt", 1, errors.ScrubPaused),
    ("145-replace.txt", 0, errors.Resilvering),
    ("140-clear.txt", 0, types.DeviceMissing),
    ("142-offline-again.txt", 0, types.NoReplicas),
    ("142-offline-again.txt", 1, types.DeviceMissing),
    ("146-replace-errors.txt", 1, types.DeviceUnfit),
    ("147-attach-detach.txt", 0, types.DeviceMissing),
    ("152-add-vdev.txt", 0, types.DeviceUnfit),
    ("155-export-busy.txt", 0, types.Busy),
    ("158-import-nosuch.txt", 0, types.PoolMissing),
    ("159-import-missing.txt", 0, types.PoolUnavailable),
    ("160-import-already.txt", 0, types.PoolExists),
    ("162-destroy-pool.txt", 1, types.PoolMissing),
    ("167-no-dev-zfs.txt", 0, types.ProductMissing),
    ("201-destroy-r-busy-zvol.txt", 0, types.Busy),
    ("202-destroy-r-busy-fs.txt", 0, types.Busy),
    ("205-suspended.txt", 1, types.PoolSuspended),
    ("304-trim.txt", 0, errors.NothingToStop),
    ("304-trim.txt", 2, types.DeviceMissing),
    ("305-initialize.txt", 0, errors.RunsAlready),
    ("305-initialize.txt", 2, errors.NothingToStop),
    ("305-initialize.txt", 4, types.DeviceMissing),
    ("307-remove.txt", 0, types.OutOfSpace),
    ("307-remove.txt", 1, errors.NothingToStop),
    ("307-remove.txt", 3, types.DeviceMissing),
    ("308-checkpoint.txt", 0, types.CheckpointMissing),
    *(("308-checkpoint.txt", at, types.CheckpointExists) for at in range(1, 5)),
    ("309-discarding.txt", 0, types.CheckpointExists),
    ("309-discarding.txt", 1, types.CheckpointExists),
    ("311-detach-offline.txt", 0, types.NoReplicas),
    ("311-detach-offline.txt", 1, types.NoReplicas),
    ("311-detach-offline.txt", 2, types.Unsupported),
    ("311-detach-offline.txt", 3, types.NoReplicas),
    ("311-detach-offline.txt", 4, types.DeviceMissing),
    ("311-detach-offline.txt", 5, types.DeviceMissing),
    ("312-attach.txt", 0, types.DeviceInUse),
    ("313-spare.txt", 0, types.DeviceInUse),
    ("314-upgrade.txt", 0, types.BadProperty),
    ("316-foreign.txt", 0, types.PoolElsewhere),
    ("316-foreign.txt", 1, types.PoolExists),
    ("317-raidz.txt", 0, types.DeviceInUse),
    ("317-raidz.txt", 2, types.Unsupported),
    ("317-raidz.txt", 3, types.Unsupported),
    ("317-raidz.txt", 4, types.DeviceMissing),
    ("319-blkdiscard.txt", 0, types.DeviceInUse),
    ("402-create-encrypted-short.txt", 0, types.KeyWrong),
    ("404-load-key-loaded.txt", 0, errors.KeyLoaded),
    ("406-unload-key-busy.txt", 0, types.Busy),
    ("407-mount-mounted.txt", 0, errors.MountedAlready),
    ("409-unload-key-unloaded.txt", 0, errors.KeyUnloaded),
    ("410-mount-locked.txt", 0, types.KeyMissing),
    ("411-load-key-wrong.txt", 0, types.KeyWrong),
    ("412-load-key-not-root.txt", 0, types.NotEncryptionRoot),
    ("413-load-key-plain.txt", 0, types.NotEncryptionRoot),
    ("414-change-key-locked.txt", 0, types.KeyMissing),
    ("417-change-key-short.txt", 0, types.KeyWrong),
    ("418-change-key-hex-short.txt", 0, types.KeyWrong),
    ("419-send-locked.txt", -1, types.KeyMissing),
    ("424-promote-conflict.txt", 0, types.SnapshotExists),
    ("425-rename-busy.txt", 0, types.Busy),
    ("full-pool-072-zfs-destroy-snap-defer.txt", 0, types.OutOfSpace),
    ("full-pool-072-zfs-destroy-snap-defer.txt", 1, types.SnapshotMissing),
    ("full-pool-130-vol-send.txt", 0, types.OutOfSpace),
    ("full-pool-131-pool-full.txt", 1, types.OutOfSpace),
    ("full-pool-147-hotremove.txt", 0, types.OutOfSpace),
]
# Said by a command the driver never runs, or in words that need no type of their own.
PLAIN = [
    ("116-send-enospc.txt", 0),
    ("161-import-readonly.txt", 0),
]


def refusal(stderr, code=1):
    return errors.read(Ran(("zfs", "verb"), code, "", stderr, 0.1))


@pytest.mark.parametrize(("recording", "at", "kind"), REFUSALS)
def test_a_recorded_refusal_has_its_type(recording, at, kind):
    text = HOST.recording(recording).complaints[at]
    found = refusal(text)
    assert type(found) is kind
    assert found.original == text


@pytest.mark.parametrize(("recording", "at"), PLAIN)
def test_a_refusal_without_a_type_keeps_its_words(recording, at):
    text = HOST.recording(recording).complaints[at]
    found = refusal(text)
    assert type(found) is types.StorageError
    assert found.detail.lower().startswith(text.splitlines()[0].lower().rstrip("."))
    assert found.original == text


def test_every_recorded_complaint_was_looked_at():
    """A new recording whose complaint nobody has put into the table above fails here."""
    known = {(name, at) for name, at, *_ in [*REFUSALS, *PLAIN]}
    files = {name for name, _ in known}
    odd = []
    for path in sorted((RECORDINGS / "openzfs-2.1.11").glob("*.txt")):
        if path.name in files:
            continue
        for at, text in enumerate(read_recording(path).complaints):
            if text.startswith(("cannot ", "warning: cannot ")):
                found = refusal(text)
                if type(found) is types.StorageError:
                    odd.append((path.name, at, text))
    assert odd == []


def test_the_first_complaint_counts_not_the_usage_text():
    found = refusal(HOST.recording("061-zfs-snapshot-nods.txt").stderr, code=2)
    assert type(found) is types.DatasetMissing
    assert "usage" not in found.detail


def test_the_first_of_two_complaints_counts():
    missing, busy = (HOST.recording(name).complaints[0] for name in (
        "111-send-nosuch.txt", "089-zfs-unmount-busy.txt"))  # fmt: skip
    assert type(refusal(busy + missing)) is types.Busy
    assert type(refusal(missing + busy)) is types.SnapshotMissing
    warning = HOST.recording("099-perm-user.txt").complaints[3]
    assert warning.startswith("warning: cannot send")
    assert type(refusal(busy + warning)) is types.Busy


def test_the_complaint_counts_not_the_noise_before_it():
    found = refusal(HOST.recording("131-pool-full.txt").stderr)
    assert found.detail.startswith("Cannot create snapshots : out of space.")


def test_a_refusal_names_what_stands_in_the_way_and_the_way_out():
    found = refusal(HOST.recording("074-zfs-destroy-r-clones.txt").stderr)
    assert found.detail == (
        "Cannot destroy 'tank/d1': filesystem has dependent clones tank/c1. See the clones."
    )


def test_a_command_that_says_nothing_is_still_a_refusal():
    killed, ended = refusal("", code=-9), refusal("", code=1)
    assert killed.detail == "The command zfs verb was killed by signal 9 and said nothing."
    assert ended.detail == "The command zfs verb ended with status 1 and said nothing."


def test_a_disk_that_has_no_name_yet_is_missing_and_may_be_there_in_a_moment():
    """Seen in the lab, where a pool was made on disks that another had just left."""
    found = refusal("cannot create 'tank': one or more devices is currently unavailable\n")
    assert type(found) is types.DeviceMissing
    assert "again" in found.detail


def test_codes_of_this_product_are_its_own():
    kinds = [errors.TagExists, errors.TagMissing, errors.ScrubRunning, errors.Resilvering]
    kinds += [errors.NoScrub, errors.ScrubPaused, errors.NotMounted, errors.NothingToAbort]
    kinds += [errors.RunsAlready, errors.NothingToStop]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("storage_zfs_") for code in codes)


# ---- both ends of a transfer


def end(stderr="", code=0):
    return Ran(("zfs", "end"), code, "", stderr, 0.1)


def text(recording, at):
    return HOST.recording(recording).complaints[at]


def test_a_transfer_of_which_both_ends_went_well_has_no_refusal():
    assert errors.of_transfer(end(), end()) is None


def test_a_receiver_that_only_starved_leaves_the_word_to_its_sender():
    found = errors.of_transfer(
        end(text("111-send-nosuch.txt", 0), 1), end(text("123-recv-garbage.txt", 1), 1)
    )
    assert type(found) is types.SnapshotMissing


@pytest.mark.parametrize("code", [-13, 141])
def test_a_sender_that_lost_its_reader_leaves_the_word_to_the_receiver(code):
    found = errors.of_transfer(end("", code), end(text("131-pool-full.txt", 3), 1))
    assert type(found) is types.OutOfSpace


def test_a_stream_that_the_receiver_found_broken_stays_broken_when_its_sender_saw_no_reader():
    found = errors.of_transfer(end("", 141), end(text("123-recv-garbage.txt", 0), 1))
    assert type(found) is types.StreamBroken


def test_a_killed_sender_means_a_broken_stream_that_can_be_resumed():
    found = errors.of_transfer(end("", -9), end(text("126-recv-resume.txt", 0), 1))
    assert type(found) is types.StreamBroken
    assert found.transient


def test_two_killed_ends_mean_a_broken_stream():
    found = errors.of_transfer(end("", -9), end("", -9))
    assert type(found) is types.StreamBroken
    assert found.detail == "One end of the transfer was killed."
