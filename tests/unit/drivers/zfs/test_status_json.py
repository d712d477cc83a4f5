"""The JSON of 2.3, in its documented form; what 2.3 prints was not measured."""

import json
from datetime import UTC, datetime

import pytest

from calypso.drivers.storage import StorageError
from calypso.drivers.storage.zfs.status import from_json
from tests.fakes.host import FakeHost

HOST = FakeHost("openzfs-2.3-documented")


def status(recording):
    (told,) = from_json(HOST.recording(recording).stdout)
    return told


def test_a_running_scrub_tells_exact_bytes_and_leaves_out_what_it_skips():
    scan = status("status-running.txt").scan
    assert (scan.function, scan.state) == ("scrub", "running")
    assert (scan.issued_bytes, scan.total_bytes) == (121634816, 835715072 - 349175808)
    assert scan.percent == 25.0
    assert scan.started_at == datetime.fromtimestamp(1795457857, UTC)
    assert scan.finished_at is None


@pytest.mark.parametrize(
    ("recording", "state", "percent"),
    [
        ("status-paused.txt", "paused", 25.0),
        ("status-finished.txt", "finished", 100.0),
        ("status-canceled.txt", "canceled", 25.0),
        ("status-resilver.txt", "running", 0.0),
    ],
)
def test_a_scan_is_read_in_each_state(recording, state, percent):
    scan = status(recording).scan
    assert (scan.state, scan.percent) == (state, percent)


def test_a_scan_that_finds_more_than_was_told_stays_at_100_percent():
    text = HOST.recording("status-running.txt").stdout
    (told,) = from_json(text.replace('"issued": 121634816', '"issued": 835715072'))
    assert told.scan.percent == 100.0


def test_a_finished_scrub_tells_what_it_repaired_and_when():
    scan = status("status-finished.txt").scan
    assert scan.repaired_bytes == 41104179
    assert scan.finished_at == datetime.fromtimestamp(1795457884, UTC)


def test_a_scan_of_errors_only_is_no_scrub():
    assert status("status-errorscrub.txt").scan is None


def test_numbers_may_come_as_words():
    told = status("status-words.txt")
    assert told.data_errors == 315
    assert told.scan.state == "finished"
    assert told.scan.finished_at == datetime(2026, 11, 23, 18, 17, 37, tzinfo=UTC)


def test_counters_are_summed_over_devices():
    assert status("status-running.txt").counters.checksum == 353


@pytest.mark.parametrize("kind", ["special", "dedup", "logs", "l2cache", "spares"])
def test_devices_of_every_class_count(kind):
    text = HOST.recording("status-running.txt").stdout
    told = json.loads(text)
    told["pools"]["tank"][kind] = {
        "mirror-1": {"name": "mirror-1", "checksum_errors": 5, "vdevs": {}}
    }
    (more,) = from_json(json.dumps(told))
    assert more.counters.checksum == 353 + 5


@pytest.mark.parametrize(
    "text", ["{", "[]", "pool: tank", '{"pools": {"tank": {"error_count": "x"}}}']
)
def test_json_of_another_form_is_refused(text):
    with pytest.raises(StorageError, match="another form") as refused:
        from_json(text)
    assert refused.value.original == text


def test_a_suspended_pool_is_recognised_by_its_code_or_its_words():
    assert status("status-suspended.txt").is_suspended
    text = HOST.recording("status-suspended.txt").stdout
    (told,) = from_json(text.replace("msgid", "no-such-key"))
    assert told.is_suspended
    assert not status("status-running.txt").is_suspended


def test_no_pool_is_no_status():
    assert from_json("") == []
