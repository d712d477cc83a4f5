"""What a real module answered to the driver's own commands is understood, all of it.

The recordings are made anew by `make recordings`, so these tests hold for any of them: they name
what must be so, not numbers of one run.
"""

import re

from calypso.drivers.storage import StorageError
from calypso.drivers.storage.zfs import errors, reading, stream_reading
from calypso.drivers.storage.zfs.status import from_text
from calypso.host import Ran
from tests.fakes.host import RECORDINGS, read_recording
from tests.unit.drivers.zfs.argv_document import form

LAB = "openzfs-2.1.11-lab"
ALL = [read_recording(path) for path in sorted((RECORDINGS / LAB).glob("*.txt"))]
MIB = 1 << 20


def of(pattern, *, ok=True):
    """Return the recordings of commands of a form; there must be some."""
    found = [one for one in ALL if re.match(pattern, form(one.argv)) and (one.code == 0) == ok]
    assert found, pattern
    return found


def names(one):
    return [line.split("\t")[0] for line in one.stdout.splitlines()]


def test_every_refusal_has_a_type_of_its_own():
    refused = [one for one in of("", ok=False) if "-j" not in one.argv]
    for one in refused:
        ran = Ran(one.argv, one.code, one.stdout, one.stderr, 0.0)
        assert type(errors.read(ran)) is not StorageError, one.name


def test_an_unknown_option_is_answered_as_the_dialect_expects():
    assert {one.code for one in of("zpool status -j$", ok=False)} == {2}


def test_every_listing_of_pools_is_read():
    for one in of("zpool list -Hp -o POOL_COLUMNS"):
        pools = reading.pools(one.stdout)
        assert [pool.name for pool in pools] == names(one)
        assert all(pool.size_bytes > pool.free_bytes > 0 for pool in pools)


def test_every_listing_of_datasets_is_read():
    for one in of("zfs list -Hp -t filesystem,volume -o DATASET_COLUMNS"):
        assert [listed.dataset.name for listed in reading.datasets(one.stdout)] == names(one)


def test_a_dataset_is_told_with_all_that_is_so():
    told = {
        listed.dataset.name: listed
        for one in of("zfs list -Hp -t filesystem,volume -o DATASET_COLUMNS$")
        for listed in reading.datasets(one.stdout)
    }
    assert told["tank/d1"].dataset.mountpoint == "/mnt/tank/d1"
    assert told["tank/c1"].dataset.origin == "tank/d1@s1"
    assert told["tank/v1"].dataset.size_bytes == 64 * MIB
    assert told["tank/x"].dataset.available_bytes < 64 * MIB
    legacy = told["tank/legacy"]
    assert (legacy.dataset.mountpoint, legacy.is_mounted) == (None, False)


def test_a_cut_transfer_is_told_by_its_token():
    listed = [
        listed
        for one in of("zfs list -Hp -t filesystem,volume -o DATASET_COLUMNS$")
        for listed in reading.datasets(one.stdout)
    ]
    tokens = {one.dataset.name: one.token for one in listed if one.token}
    assert "tank/r2" in tokens
    asked = {reading.given(one.stdout.strip()) for one in of("zfs get .*receive_resume_token")}
    assert {None, tokens["tank/r2"]} <= asked


def test_a_token_tells_what_was_sent_and_what_is_left():
    listed = [
        one
        for told in of("zfs list -Hp -t snapshot -o SNAPSHOT_COLUMNS -d 1")
        for one in reading.snapshots(told.stdout)
    ]
    for one in of("zfs send -nvP -t TOKEN"):
        token = stream_reading.token(one.stdout)
        assert token.done_bytes > 0
        assert token.size_bytes > 0
        assert token.to_guid not in {two.guid for two in listed if two.name == "tank/d1@r1"}


def test_every_listing_of_snapshots_is_read_oldest_first():
    for one in of("zfs list -Hp -t snapshot -o SNAPSHOT_COLUMNS"):
        found = reading.snapshots(one.stdout)
        assert sorted(two.name for two in found) == sorted(names(one))
        assert all(two.guid.isdigit() and two.order > 0 for two in found)


def test_clones_and_holds_are_told():
    whole = [two for one in of("zfs list -Hp -t snapshot") for two in _snapshots(one)]
    assert ("tank/c1",) in {two.clones for two in whole if two.name == "tank/d1@s1"}
    tags = [reading.tags(one.stdout) for one in of("zfs holds -H SNAPSHOT")]
    assert ["keep1"] in tags
    assert [] in tags


def _snapshots(one):
    return reading.snapshots(one.stdout) if "SNAPSHOT_COLUMNS" in form(one.argv) else []


def test_a_dry_run_tells_each_that_would_go():
    for one in of("zfs destroy -nvp"):
        said = re.findall(r"(?m)^destroy\t(.*)$", one.stdout)
        assert said
        assert reading.destroyed(one.stdout) == sorted(said)


def test_every_status_is_read_and_every_scan_in_it_is_known():
    for one in of("zpool status -ipt"):
        for text in re.split(r"(?m)^(?=  pool: )", one.stdout)[1:]:
            (status,) = from_text(text)
            told = re.findall(r"(?m)^ *(?:pool|state): (\w+)$", text)
            assert [status.pool, status.state] == told, one.name
            assert status.is_suspended == bool(re.search("ZFS-8000-(JQ|HC)", text)), one.name
            assert (status.scan is None) == ("  scan: " not in text), one.name


def test_each_state_of_a_scrub_was_seen():
    seen = {
        status.scan.state
        for one in of("zpool status -ipt POOL")
        for status in from_text(one.stdout)
        if status.scan
    }
    assert seen == {"running", "paused", "finished", "canceled"}


def test_a_send_tells_its_size_and_then_what_went():
    for one in of("zfs send -vP"):
        told = [line for raw in one.stderr.splitlines() if (line := stream_reading.send_line(raw))]
        assert told[0].size_bytes > 0, one.name
        sent = [line.sent_bytes for line in told[1:]]
        assert sent == sorted(sent)
