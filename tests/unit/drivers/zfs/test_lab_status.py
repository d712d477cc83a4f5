"""The state of a pool as real modules told it, in text (2.1) and in JSON (2.3), is read as it was.

The recordings are made anew by `make recordings`: these tests name what must have been seen, and
what must be so of all that was.
"""

import re
from itertools import pairwise

import pytest

from calypso.drivers.storage import Role
from calypso.drivers.storage.zfs import dialect
from calypso.drivers.storage.zfs.status import from_json, from_text
from calypso.host import Ran
from tests.fakes.host import RECORDINGS, FakeHost, read_recording
from tests.unit.drivers.zfs.argv_document import LABS

MIB = 1 << 20
AS_TEXT, AS_JSON = ("zpool", "status", "-ipt"), ("zpool", "status", "-ijpt", "--json-int")
NEWER = [lab for lab in LABS if not lab.startswith("openzfs-2.1")]


def recordings(lab):
    return [read_recording(path) for path in sorted((RECORDINGS / lab).glob("*.txt"))]


def statuses(lab, *, command=None):
    """Return each status of one pool: as the driver asks it there, or as `command` does."""
    command = command or (AS_JSON if lab in NEWER else AS_TEXT)
    read = from_json if command is AS_JSON else from_text
    told = [one for one in recordings(lab) if one.argv[: len(command)] == command and not one.code]
    assert told
    return [status for one in told for status in read(one.stdout)]


def twins():
    """Return (JSON, text) of the same pools, told right after each other."""
    for lab in NEWER:
        every = recordings(lab)
        for one, other in pairwise(every):
            if one.argv[: len(AS_JSON)] == AS_JSON and one.code == 0:
                assert other.argv == AS_TEXT + one.argv[len(AS_JSON) :]
                yield from zip(from_json(one.stdout), from_text(other.stdout), strict=True)


@pytest.mark.parametrize("lab", LABS)
def test_json_is_found_where_it_is(lab):
    asked = ["zpool", "status", "-j"]
    (answer, *_) = [one for one in recordings(lab) if list(one.argv) == asked]
    host = FakeHost()
    host.run = lambda argv, **_: Ran(tuple(argv), answer.code, answer.stdout, answer.stderr, 0.0)
    assert dialect.find(host).json == (lab in NEWER)


@pytest.mark.parametrize("lab", LABS)
def test_what_goes_on_is_between_nothing_and_all(lab):
    for status in statuses(lab):
        for one in (status.scan, status.removal, status.expansion):
            if one is not None and one.percent is not None:
                assert 0 <= one.percent <= 100
                assert one.percent == 100 or one.state != "finished"


def states(activities):
    return {one.state.value for one in activities if one is not None}


@pytest.mark.parametrize("lab", LABS)
def test_each_state_of_a_scrub_and_a_resilver_was_seen(lab):
    scans = [one.scan for one in statuses(lab)]
    assert {(one.function, one.state.value) for one in scans if one} >= {
        ("scrub", "running"), ("scrub", "paused"), ("scrub", "finished"),
        ("resilver", "running"), ("resilver", "finished"),
    }  # fmt: skip
    assert None in scans


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("name", ["trim", "initialize"])
def test_each_state_of_a_trim_and_an_initializing_was_seen(lab, name):
    steps = [getattr(one, name) for status in statuses(lab) for one in status.devices]
    assert states(steps) >= {"running", "paused", "finished"}
    assert None in steps


@pytest.mark.parametrize("lab", LABS)
def test_a_checkpoint_was_seen_and_its_discarding(lab):
    told = [one.checkpoint for one in statuses(lab) if one.checkpoint]
    assert any(one.space_bytes > 10 * MIB for one in told if not one.is_discarding)
    assert all(one.created_at for one in told if not one.is_discarding)


@pytest.mark.parametrize("lab", LABS)
def test_each_state_of_a_device_was_seen(lab):
    devices = [one for status in statuses(lab) for one in status.devices]
    seen = {one.state for one in devices}
    assert seen >= {"ONLINE", "OFFLINE", "FAULTED", "AVAIL", "INUSE"}
    assert "UNAVAIL" in seen  # which the JSON calls CANT_OPEN
    assert {one.role for one in devices} >= {Role.DATA, Role.LOG, Role.CACHE, Role.SPARE}
    groups = {re.sub(r"\d+$", "", one.group) for one in devices if one.group}
    assert groups <= {"mirror-", "raidz1-"}
    assert {one.is_replacing for one in devices} == {True, False}
    assert {one.is_resilvering for one in devices} == {True, False}


# ---- the same in JSON and in text


def test_json_and_text_tell_of_the_same_devices():
    for told, text in twins():
        if goes_on(told) != goes_on(text):  # it came to its end between the two
            continue
        assert (told.pool, told.state) == (text.pool, text.state)
        for one, other in zip(told.devices, text.devices, strict=True):
            if one.state == "UNKNOWN":  # the JSON leaves it out of what a new disk took the name of
                assert one.name.endswith("/old")
            else:
                assert _place(one) == _place(other)


def _place(device):
    # The one is told by `is_resilvering` too; the other by text alone, and by `removal` in both.
    note = re.sub("^(resilvering|non-allocating)$", "", device.note or "")
    told = device.name, device.role, device.group, device.state, note
    return *told, device.is_replacing, device.can_trim


def test_json_and_text_tell_the_same_of_what_stands_still():
    still = [both for both in twins() if not any(map(goes_on, both))]
    for told, text in still:
        for name in ("scan", "removal", "expansion"):
            one, other = getattr(told, name), getattr(text, name)
            assert (one and one.state) == (other and other.state)
        assert told.message_code == text.message_code
        assert told.status == text.status
        assert told.is_suspended == text.is_suspended
        assert told.data_errors == text.data_errors
        assert (told.checkpoint is None) == (text.checkpoint is None)
    assert len(still) > 5


def goes_on(status):
    told = (status.scan, status.removal, status.expansion)
    discards = status.checkpoint is not None and status.checkpoint.is_discarding
    return discards or any(one is not None and one.state == "running" for one in told)
