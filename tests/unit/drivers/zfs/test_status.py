"""Every state of a pool that was recorded reads as what it is."""

import re
from datetime import UTC, datetime

import pytest

from calypso.drivers.storage import Pool
from calypso.drivers.storage.zfs.scan import of_lines, quantity
from calypso.drivers.storage.zfs.status import from_text
from tests.fakes.host import FakeHost

HOST = FakeHost("openzfs-2.1.11")
MEBIBYTE = 1024**2


def status(recording, part=0):
    (told,) = from_text(HOST.recording(recording).parts[part])
    return told


def scan_fields(recording, part=0):
    scan = status(recording, part).scan
    return scan.function, scan.state.value, scan.percent, scan.eta_s


def at(hour, minute, second):
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recording", "part", "expected"),
    [
        ("133-scrub-start.txt", 0, ("scrub", "running", 1.04, None)),
        ("133-scrub-start.txt", 1, ("scrub", "running", 6.88, 27)),
        ("133-scrub-start.txt", 5, ("scrub", "running", 22.74, 30)),
        ("133-scrub-start.txt", 6, ("scrub", "paused", 31.25, None)),
        ("133-scrub-start.txt", 7, ("scrub", "running", 36.34, 28)),
        ("133-scrub-start.txt", 8, ("scrub", "finished", 100.0, None)),
        ("134-scrub-suspend-param.txt", 0, ("scrub", "running", 0.0, None)),
        ("138-corrupt-one-side.txt", 1, ("scrub", "finished", 100.0, None)),
        ("144-fault-f.txt", 0, ("scrub", "running", 20.24, 19)),
        ("145-replace.txt", 0, ("resilver", "running", 0.92, None)),
        ("145-replace.txt", 5, ("resilver", "running", 30.49, 15)),
        ("145-replace.txt", 6, ("resilver", "finished", 100.0, None)),
        ("147-attach-detach.txt", 0, ("resilver", "running", 0.89, None)),
        ("148-hotremove.txt", 1, ("resilver", "finished", 100.0, None)),
        ("154-corrupt-data.txt", 1, ("scrub", "finished", 100.0, None)),
    ],
)
def test_a_scan_is_read_in_each_state(recording, part, expected):
    assert scan_fields(recording, part) == expected


def test_a_scan_that_finds_more_than_was_told_stays_at_100_percent():
    lines = HOST.recording("133-scrub-start.txt").parts[0].replace("1.04% done", "104.2% done")
    (told,) = from_text(lines)
    assert told.scan.percent == 100.0


def test_a_canceled_scan_has_an_end_and_no_percent():
    (line, _) = HOST.recording("136-scrub-stop.txt").stdout.splitlines()
    scan = of_lines([line.removeprefix("  scan: ")])
    assert (scan.function, scan.state, scan.percent) == ("scrub", "canceled", None)
    assert scan.finished_at == at(18, 18, 44)


def test_a_running_scan_tells_bytes_as_exact_as_they_were_printed():
    scan = status("133-scrub-start.txt").scan
    assert scan.issued_bytes == 8.25 * MEBIBYTE
    assert scan.total_bytes == 797 * MEBIBYTE
    assert scan.repaired_bytes == 0
    assert scan.started_at == at(18, 17, 37)


def test_a_paused_scrub_began_when_it_was_started():
    assert status("133-scrub-start.txt", 6).scan.started_at == at(18, 17, 37)


def test_a_finished_scan_tells_what_it_found():
    scan = status("154-corrupt-data.txt", 1).scan
    assert (scan.errors, scan.repaired_bytes) == (315, 47.5 * 1024)
    assert scan.finished_at == at(18, 21, 18)


def test_a_pool_that_never_had_a_scan_has_none():
    assert status("026-zpool-status.txt").scan is None
    assert of_lines(["none requested"]) is None


def test_the_scan_lines_of_2_2_are_read_too():
    # Not measured: the form of print_scan_scrub_resilver_status() in OpenZFS 2.2.
    scan = of_lines(
        [
            "scrub in progress since Mon Nov 23 18:17:37 2026",
            "\t464M / 797M scanned at 232M/s, 54.8M / 797M issued at 27.4M/s",
            "\t0B repaired, 6.88% done, 1 days 00:00:27 to go",
        ]
    )
    assert scan.issued_bytes == round(54.8 * MEBIBYTE)
    assert scan.total_bytes == 797 * MEBIBYTE
    assert scan.eta_s == 86427


@pytest.mark.parametrize(
    ("recording", "part", "counters", "data_errors", "code"),
    [
        ("026-zpool-status.txt", 0, (0, 0, 0), 0, None),
        ("029-zpool-status-pv.txt", 0, (0, 0, 0), 0, None),
        ("138-corrupt-one-side.txt", 1, (0, 0, 353), 0, "ZFS-8000-9P"),
        ("140-clear.txt", 0, (0, 0, 0), 0, None),
        ("145-replace.txt", 0, (0, 0, round(3.23 * 1024)), 0, None),
        ("154-corrupt-data.txt", 1, (0, 0, 656 + 657 + 650), 1, "ZFS-8000-8A"),
        ("159-import-missing.txt", 1, (0, 0, 0), 315, "ZFS-8000-8A"),
        ("163-suspend.txt", 1, (0, 32 * 1024, 0), 3, "ZFS-8000-8A"),
        ("204-status-counters.txt", 0, (0, 0, 65), 0, "ZFS-8000-9P"),
        ("205-suspended.txt", 0, (6, 8, 65), 20, "ZFS-8000-JQ"),
        ("152-add-vdev.txt", 0, (0, 0, 0), 0, None),
        ("153-raidz-create.txt", 0, (0, 0, 0), 0, None),
    ],
)
def test_counters_and_damaged_files_are_counted(recording, part, counters, data_errors, code):
    told = status(recording, part)
    assert (told.counters.read, told.counters.write, told.counters.checksum) == counters
    assert told.data_errors == data_errors
    assert told.message_code == code


@pytest.mark.parametrize(
    ("recording", "part", "state"),
    [
        ("141-offline.txt", 0, "DEGRADED"),
        ("143-online.txt", 0, "ONLINE"),
        ("144-fault-f.txt", 0, "DEGRADED"),
        ("148-hotremove.txt", 1, "DEGRADED"),
        ("159-import-missing.txt", 1, "DEGRADED"),
    ],
)
def test_the_state_of_a_pool_is_read(recording, part, state):
    assert status(recording, part).state == state


def test_the_words_of_the_product_go_along_in_one_line():
    assert status("141-offline.txt").status == (
        "One or more devices has been taken offline by the administrator. Sufficient replicas "
        "exist for the pool to continue functioning in a degraded state."
    )


def test_a_suspended_pool_is_recognised_although_it_says_online():
    told = status("205-suspended.txt", 0)
    assert told.state == "ONLINE"
    pool = Pool(
        name="t", guid="1", health="ONLINE", size_bytes=1, allocated_bytes=0, free_bytes=1,
        capacity_percent=0,
    )  # fmt: skip
    assert told.onto(pool).is_suspended
    assert told.onto(pool).health == "SUSPENDED"


def test_a_suspended_pool_is_recognised_by_its_words_alone():
    text = HOST.recording("205-suspended.txt").parts[0]
    (told,) = from_text(re.sub(r"   see: .*\n", "", text))
    assert told.message_code is None
    assert told.is_suspended


@pytest.mark.parametrize("told", ["checkpoint: created on", "expand: expansion of raidz1-0 in"])
def test_what_else_is_told_is_no_part_of_the_scan(told):
    # Not measured: lines as in print_checkpoint_status() and print_raidz_expand_status().
    text = HOST.recording("133-scrub-start.txt").parts[0]
    more = text.replace(
        "config:", f"{told} Mon Nov 23 18:17:37 2026\n\t1 days 02:03:04 to go\nconfig:"
    )
    assert from_text(more) == from_text(text)


def test_a_healthy_pool_is_not_suspended():
    assert not status("138-corrupt-one-side.txt", 1).is_suspended


def test_several_pools_are_told_apart():
    both = HOST.recording("141-offline.txt").parts[0] + HOST.recording("163-suspend.txt").parts[1]
    assert [one.pool for one in from_text(both)] == ["tank", "s"]
    assert from_text("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0B", 0), ("32.0K", 32768), ("3.23K", 3308), ("1.5T", 1.5 * 1024**4), ("x", None)],
)
def test_a_quantity_is_in_units_of_1024(text, expected):
    assert quantity(text) == expected
