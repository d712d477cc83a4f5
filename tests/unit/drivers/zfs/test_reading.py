"""Lists and progress lines as they were recorded."""

import pytest

from calypso.drivers.storage import StorageError
from calypso.drivers.storage.zfs import reading, stream_reading
from tests.fakes.host import FakeHost
from tests.unit.drivers.zfs.scenarios import TOKEN

HOST = FakeHost("openzfs-2.1.11", "openzfs-2.1.11-composed")


def stdout(recording):
    return HOST.recording(recording).stdout


def test_a_pool_has_exact_numbers():
    (pool,) = reading.pools(stdout("033-zpool-list-Hp.txt"))
    assert (pool.name, pool.guid) == ("tank", "14218468554952335487")
    assert (pool.size_bytes, pool.allocated_bytes, pool.free_bytes) == (
        1006632960,
        393216,
        1006239744,
    )
    assert pool.capacity_percent == 0.0


@pytest.mark.parametrize("recording", ["006-zpool-list-none-H.txt", "008-zfs-list-none-H.txt"])
def test_nothing_is_an_empty_list(recording):
    text = stdout(recording)
    assert reading.pools(text) == []
    assert reading.datasets(text) == []
    assert reading.snapshots(text) == []


def test_a_row_of_another_form_is_refused():
    with pytest.raises(StorageError, match="another form") as refused:
        reading.datasets(stdout("054-zfs-list-Hp.txt"))
    assert refused.value.original.startswith("tank\tfilesystem")


def test_only_what_is_mounted_has_a_mountpoint():
    listed = {one.dataset.name: one for one in reading.datasets(stdout("datasets-all.txt"))}
    assert listed["tank/d1"].dataset.mountpoint == "/mnt/d1"
    assert listed["tank"].dataset.mountpoint is None
    assert listed["tank/v1"].dataset.kind == "volume"
    assert listed["tank/d1"].dataset.size_bytes is None
    assert listed["tank/d1"].dataset.created_at.isoformat() == "2026-11-23T18:11:18+00:00"


def test_a_mountpoint_may_hold_a_tab():
    row = stdout("dataset-tank-d1.txt").replace("/mnt/d1", "/mnt/d\t1")
    assert reading.datasets(row)[0].dataset.mountpoint == "/mnt/d\t1"


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1e", "\x85", "\u2028", "\r"])
def test_a_mountpoint_may_hold_what_others_take_for_the_end_of_a_line(odd):
    row = stdout("dataset-tank-d1.txt").replace("/mnt/d1", f"/mnt/d{odd}1")
    assert reading.datasets(row)[0].dataset.mountpoint == f"/mnt/d{odd}1"


def test_names_with_spaces_stay_whole():
    assert reading.names(stdout("084-zfs-rollback-r.txt")) == [
        "tank/d1@s1",
        "tank/d1@a b",
        "tank/d1@r1",
        "tank/d1@s2",
    ]


def test_a_dry_run_names_what_would_go():
    assert "tank/d1@a b" in reading.destroyed(stdout("075-zfs-destroy-nv.txt"))
    assert "tank/c1" in reading.destroyed(stdout("075-zfs-destroy-nv.txt"))
    assert reading.destroyed(stdout("destroy-nvp-tank-d1-snapshots.txt")) == [
        "tank/d1@r1",
        "tank/d1@s2",
    ]


def test_holds_are_tags():
    assert reading.tags(stdout("076-zfs-hold.txt")) == ["keep1"]
    assert reading.tags(stdout("076-zfs-hold.txt").replace("keep1", "a\tb")) == ["a\tb"]
    assert reading.tags("") == []


def test_versions_of_tools_and_module_are_told_apart():
    assert reading.version(stdout("002-version.txt")) == ("2.1.11-1+deb12u1", "2.1.11-1+deb12u1")
    assert reading.version("") == ("unknown", None)


def test_a_send_tells_its_size_and_how_far_it_is():
    lines = HOST.recording("107-send-vP.txt").stderr.splitlines()
    heard = [stream_reading.send_line(line) for line in lines]
    assert heard[0] is None
    assert heard[1].size_bytes == 125175656
    assert [one.sent_bytes for one in heard[2:4]] == [8674216, 17214176]
    assert all(heard[1:])


def test_an_increment_tells_its_size():
    lines = stdout("105-send-inc-nvP.txt").splitlines()
    assert [line.size_bytes for raw in lines if (line := stream_reading.send_line(raw))] == [
        20123752
    ] * 2


def test_human_sizes_are_not_taken_for_bytes():
    lines = HOST.recording("108-send-v.txt").stderr.splitlines()
    assert [line for line in lines if stream_reading.send_line(line)] == []


def test_a_token_tells_what_it_goes_on_with():
    token = stream_reading.token(stdout("126-recv-resume.txt"))
    assert token.to_guid == "684754971616291358"
    assert token.from_guid is None
    assert token.done_bytes == 0x130C340
    assert token.size_bytes == 105202728


def test_a_token_of_an_increment_tells_its_base():
    text = stdout("126-recv-resume.txt").replace("\ttoguid", "\tfromguid = 0x11\n\ttoguid")
    assert stream_reading.token(text).from_guid == "17"


def test_what_is_no_description_of_a_token_is_none():
    assert stream_reading.token(stdout("103-send-nvP.txt")) is None


def test_a_cut_dataset_carries_its_token():
    (listed,) = reading.datasets(stdout("dataset-tank-r2.txt"))
    assert listed.token == TOKEN
