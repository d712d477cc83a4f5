"""What smartctl tells of a disk, in each state: as documented, and as emulated disks answered."""

import json
from itertools import pairwise

import pytest

from calypso.drivers.storage.disks import smart
from tests.fakes.host import RECORDINGS, FakeHost, read_recording

HOST = FakeHost("smartctl-documented", "openzfs-2.1.11")


def said(name):
    return HOST.recording(f"{name}.txt").stdout


@pytest.mark.parametrize(
    ("recording", "health", "temperature_c", "hours"),
    [
        ("ata-healthy", "passed", 34, 12345),
        ("ata-failing", "failed", 51, 43210),
        ("ata-asleep", "unknown", None, None),
        ("nvme-healthy", "passed", 40, 99),
    ],
)
def test_health_is_told(recording, health, temperature_c, hours):
    told = smart.health(said(recording))
    assert (told.health, told.temperature_c, told.power_on_hours) == (health, temperature_c, hours)


def test_a_disk_that_is_well_gives_no_reason_and_others_do():
    assert smart.health(said("ata-healthy")).reason is None
    assert "replace it" in smart.health(said("ata-failing")).reason
    assert "STANDBY" in smart.health(said("ata-asleep")).reason


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}"])
def test_what_is_no_answer_leaves_the_health_unknown(text):
    told = smart.health(text)
    assert told.health == "unknown"
    assert told.reason


@pytest.mark.parametrize(
    ("recording", "is_running", "percent", "passed"),
    [
        ("ata-test-running", True, 10.0, None),
        ("ata-test-passed", False, 100.0, True),
        ("ata-test-aborted", False, None, None),
        ("ata-test-interrupted", False, None, None),
        ("ata-test-failed", False, None, False),
        ("nvme-test-running", True, 37.0, None),
        ("nvme-test-passed", False, 100.0, True),
        ("nvme-test-aborted", False, None, None),
        ("nvme-test-failed", False, None, False),
        ("scsi-test-running", True, None, None),
        ("scsi-test-passed", False, 100.0, True),
        ("scsi-test-failed", False, None, False),
    ],
)
def test_a_self_test_is_told_in_each_state(recording, is_running, percent, passed):
    told = smart.progress(said(recording))
    assert (told.is_running, told.percent, told.passed) == (is_running, percent, passed)


@pytest.mark.parametrize("recording", ["nvme-test-none", "ata-healthy"])
def test_a_disk_that_never_tested_itself_tells_nothing(recording):
    assert smart.progress(said(recording)) is None


def test_the_bits_of_an_ill_disk_are_no_failure_of_the_command():
    assert smart.complaint(smart.told(said("ata-failing"))) is None
    assert smart.complaint(smart.told(said("ata-test-failed"))) is None


def test_a_command_that_failed_says_why():
    assert "STANDBY" in smart.complaint(smart.told(said("ata-asleep")))
    assert smart.complaint({}) == "the disk refused the command."


def test_a_virtual_disk_is_well_and_tests_nothing():
    """As recorded in a guest: four answers, one after the other."""
    healthy, start, look, _stop = [
        "{" + piece for piece in said("320-smartctl").split("\n{")
    ]  # fmt: skip
    assert smart.health(healthy.removeprefix("{")).health == "passed"
    assert smart.complaint(smart.told(start)) == "the disk refused the command."
    assert smart.progress(look) is None


# ---- as recorded in the guests: a disk on a SATA port that tests itself, NVMe and SCSI disks

LABS = sorted(RECORDINGS.glob("openzfs-*-lab"))


def recorded(lab, *words, protocol=None):
    """Return what was answered to a command, in order, of disks of a protocol."""
    every = [read_recording(path) for path in sorted(lab.glob("*smartctl*.txt"))]
    texts = [
        one.stdout for one in every if one.argv[: len(words) + 2] == ("smartctl", "-j", *words)
    ]
    return [text for text in texts if protocol in (None, protocol_of(text))]


def protocol_of(text):
    return json.loads(text).get("device", {}).get("protocol")  # none of a disk of virtio


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_disks_of_each_kind_told_their_health(lab):
    told = {protocol_of(text): smart.health(text) for text in recorded(lab, "-n", "standby")}
    expected = {"ATA": "passed", "NVMe": "passed", "SCSI": "passed", None: "unknown"}
    assert {kind: one.health for kind, one in told.items()} == expected
    assert told["ATA"].temperature_c == 31
    assert told["NVMe"].power_on_hours == 0


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_each_self_test_that_was_made_is_seen_in_the_log_and_passed(lab):
    looks = recorded(lab, *smart.LOOK, protocol="ATA")
    assert all(smart.tells_self_tests(text) for text in looks)
    assert all(smart.progress(text).passed for text in looks)
    counts = [json.loads(text)["ata_smart_self_test_log"]["standard"]["count"] for text in looks]
    assert counts[0] == 0
    assert counts[-1] == 2
    for (one, before), (other, after) in pairwise(zip(looks, counts, strict=True)):
        assert (smart.shown(one) == smart.shown(other)) == (before == after)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_disk_that_tests_nothing_is_no_success(lab):
    for protocol in ("NVMe", "SCSI"):
        for text in recorded(lab, *smart.LOOK, protocol=protocol):
            assert smart.progress(text) is None
            assert smart.complaint(smart.told(text)) or not smart.tells_self_tests(text)
