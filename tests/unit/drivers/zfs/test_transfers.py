"""What transfers refuse, and what becomes of a cut one."""

import pytest

from calypso.drivers.storage import (
    BaseMissing,
    DatasetExists,
    DatasetMissing,
    NewerSnapshots,
    OutOfSpace,
    ParentMissing,
    StorageError,
    StreamBroken,
    Unsupported,
)
from calypso.drivers.storage.zfs.transfer import _Heard
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import (
    LIST,
    SNAPSHOTS_R1,
    gone,
    silent,
)


def send(storage, target="tank/r1", base=None):
    return scenarios._send(storage, target, None, base=base)


def test_a_full_transfer_needs_a_new_target(host, storage):
    with pytest.raises(DatasetExists):
        send(storage, "tank/d1")


def test_a_full_transfer_needs_a_parent(host, storage):
    host.answer([*LIST, "tank/nn/r1"], "011-zfs-list-nosuch.txt")
    host.answer([*LIST, "tank/nn"], "122-recv-noparent.txt", complaint=0)
    host.answer(["zfs", "send", "-vP", "tank/d1@s2"], code=-13)
    host.answer(["zfs", "receive", "-s", "-u", "tank/nn/r1"], "122-recv-noparent.txt", complaint=0)
    with pytest.raises(ParentMissing, match="tank/nn, above"):
        send(storage, "tank/nn/r1")


def test_a_base_that_the_source_lacks_is_missing(host, storage):
    with pytest.raises(BaseMissing):
        send(storage, base="nosuch")


def test_a_base_newer_than_what_is_sent_is_no_base(host, storage):
    with pytest.raises(BaseMissing, match="older"):
        send(storage, base="byuser")


def test_a_base_of_the_same_name_but_another_guid_is_no_base(host, storage):
    host.answer(SNAPSHOTS_R1, "snapshots-of-tank-r1-another-r1.txt")
    with pytest.raises(BaseMissing, match="guid"):
        send(storage, base="r1")


def test_snapshots_of_the_targets_own_are_not_lost_to_an_increment(host, storage):
    host.answer(SNAPSHOTS_R1, "snapshots-of-tank-r1-with-its-own.txt")
    with pytest.raises(NewerSnapshots, match="tank/r1@own"):
        send(storage, base="r1")
    assert not any("receive" in argv for argv in host.asked)


def test_the_reason_of_the_receiver_counts(host, storage):
    host.answer([*LIST, "tank/r1"], "011-zfs-list-nosuch.txt")
    host.answer(["zfs", "send", "-vP", "tank/d1@s2"], code=-13)
    host.answer(["zfs", "receive", "-s", "-u", "tank/r1"], "131-pool-full.txt", complaint=3)
    with pytest.raises(OutOfSpace):
        send(storage)


def test_a_transfer_that_left_no_snapshot_is_broken(host, storage):
    host.answer([*LIST, "tank/r1"], "011-zfs-list-nosuch.txt")
    host.answer(SNAPSHOTS_R1, "snapshots-of-tank-r1-at-r1.txt")
    silent(host, "zfs send -vP tank/d1@s2", "zfs receive -s -u tank/r1")
    with pytest.raises(StreamBroken, match="is not there"):
        send(storage)


def test_a_target_that_cannot_be_mounted_has_received_all_the_same(host, storage):
    host.answer(["zfs", "mount", "tank/r1"], "128-recv-modified.txt", complaint=0)
    assert scenarios.send_full(host, storage).snapshot == "tank/r1@s2"


def test_progress_never_goes_back_and_ends_at_what_was_sent(host, storage):
    heard = []
    sent = scenarios.send_full(host, storage, heard)
    done = [bytes_ for bytes_, _ in heard]
    assert done == sorted(done)
    assert heard[0] == (0, 125175656)
    assert heard[-1] == (sent.sent_bytes, 125175656)


def test_lines_of_the_receiver_tell_no_progress(host, storage):
    heard = []
    receive = ["zfs", "receive", "-s", "-u", "tank/r1"]
    host.answer(receive, "126-recv-resume.txt", code=0)  # has a size of its own
    scenarios.send_full(host, storage, heard)
    assert {total for _, total in heard} == {125175656}


def test_a_line_that_goes_back_is_no_way_back():
    done = []
    heard = _Heard(lambda bytes_, _total: done.append(bytes_))
    for bytes_ in (8674216, 17214176, 8674216):
        heard.hear(f"18:14:45\t{bytes_}\ttank/d1@s2")
    assert done == [8674216, 17214176, 17214176]


def test_a_token_of_another_transfer_is_thrown_away(host, storage):
    token = ["zfs", "get", "-Hp", "-o", "value", "receive_resume_token", "tank/r1"]
    for recording in ("token-tank-r2.txt",) * 2 + ("token-none-tank-r1.txt",):
        host.answer(token, recording)
    # A token of a full transfer, while an increment is wanted.
    host.answer(["zfs", "send", "-nvP", "-t", scenarios.TOKEN], "126-recv-resume.txt", code=0)
    silent(host, "zfs receive -A tank/r1")
    sent = scenarios.send_increment(host, storage)
    assert not sent.resumed
    assert ("zfs", "receive", "-A", "tank/r1") in host.asked


def test_a_token_whose_snapshot_is_gone_is_thrown_away(host, storage):
    token = ["zfs", "get", "-Hp", "-o", "value", "receive_resume_token", "tank/r1"]
    for recording in ("token-tank-r2.txt",) * 2 + ("token-none-tank-r1.txt",):
        host.answer(token, recording)
    host.answer(["zfs", "send", "-nvP", "-t", scenarios.TOKEN], "111-send-nosuch.txt")
    silent(host, "zfs receive -A tank/r1")
    assert not scenarios.send_full(host, storage).resumed


def test_abandoning_nothing_is_fine(host, storage):
    storage.abandon("tank/r1")
    token = ["zfs", "get", "-Hp", "-o", "value", "receive_resume_token", "tank/nosuch"]
    host.answer(token, "091-zfs-destroy-nosuch.txt", complaint=0)
    storage.abandon("tank/nosuch")
    assert not any("receive" in argv for argv in host.asked)


def test_a_token_that_stays_after_the_abandoning_is_an_error(host, storage):
    silent(host, "zfs receive -A tank/r2")
    with pytest.raises(StorageError, match="but it does"):
        storage.abandon("tank/r2")


def test_a_volume_has_no_checksum_but_a_way_out(host, storage):
    with pytest.raises(Unsupported, match="guids"):
        storage.checksum("tank/v1@a")


def test_an_unmounted_dataset_has_no_checksum_but_a_way_out(host, storage):
    with pytest.raises(Unsupported, match="zfs mount tank/r1"):
        storage.checksum("tank/r1@s2")


def test_gone_is_gone(host, storage):
    gone(host, "tank/d1", "dataset-tank-d1.txt")
    assert storage.dataset("tank/d1").name == "tank/d1"
    with pytest.raises(DatasetMissing):
        storage.dataset("tank/d1")
