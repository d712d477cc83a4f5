"""How far trims, initializings, removals, expansions and checkpoints are, in each state."""

import pytest

from calypso.drivers.storage.zfs.status import from_json, from_text
from tests.fakes.host import FakeHost

HOST = FakeHost("openzfs-2.1.11", "openzfs-2.3-documented")
MEBIBYTE = 1 << 20


def pools_in(recording):
    """What `zpool status` printed, without what other commands of the line did."""
    return [part for part in HOST.recording(recording).parts if part.startswith("  pool: ")]


def text(recording, part=0):
    (told,) = from_text(pools_in(recording)[part])
    return told


def from_json_of(recording):
    (told,) = from_json(HOST.recording(recording).stdout)
    return told


def steps(status, name):
    """(state, percent) of each device, None for one on which nothing was begun."""
    told = [getattr(one, name) for one in status.devices]
    return [one and (one.state.value, one.percent) for one in told]


# ---- trim and initialize


@pytest.mark.parametrize(
    ("part", "step"),
    [
        (0, ("running", 7.0)),
        (2, ("paused", 7.0)),
        (3, None),  # it was cancelled
        (4, ("finished", 100.0)),
    ],
)
def test_a_trim_is_read_in_each_state(part, step):
    status = text("304-trim.txt", part)
    assert steps(status, "trim") == [step, step]
    assert steps(status, "initialize") == [None, None]


@pytest.mark.parametrize(
    ("part", "step"),
    [
        (0, ("running", 28.0)),
        (1, ("paused", 39.0)),
        (2, None),  # it was cancelled
        (3, ("finished", 100.0)),
    ],
)
def test_an_initializing_is_read_in_each_state(part, step):
    assert steps(text("305-initialize.txt", part), "initialize") == [step, step]


def test_a_device_that_cannot_be_trimmed_says_so():
    # Not recorded: the words of print_status_trim().
    told = pools_in("303-status-ipt.txt")[0]
    (status,) = from_text(told.replace("(untrimmed)", "(trim unsupported)"))
    assert [one.can_trim for one in status.devices] == [False, False]
    assert [one.can_trim for one in from_json_of("status-trim-unsupported.txt").devices] == [
        False,
        False,
    ]
    assert all(one.can_trim for one in text("304-trim.txt").devices)


@pytest.mark.parametrize(
    ("recording", "name", "expected"),
    [
        ("status-trimming.txt", "trim", [("running", 25.0), ("finished", 100.0)]),
        ("status-trim-suspended.txt", "trim", [("paused", 25.0)] * 2),
        ("status-trim-canceled.txt", "trim", [("canceled", 25.0)] * 2),
        ("status-trim-unsupported.txt", "trim", [None, None]),
        ("status-initializing.txt", "initialize", [("running", 25.0), ("running", 75.0)]),
        ("status-initialized.txt", "initialize", [("finished", 100.0)] * 2),
        ("status-initialized.txt", "trim", [None, None]),
    ],
)
def test_json_tells_each_state_of_a_device_in_bytes(recording, name, expected):
    assert steps(from_json_of(recording), name) == expected


def test_json_tells_exact_bytes_of_a_trim():
    trim = from_json_of("status-trimming.txt").devices[0].trim
    assert (trim.done_bytes, trim.total_bytes) == (100 * MEBIBYTE, 400 * MEBIBYTE)


# ---- removal


@pytest.mark.parametrize(
    ("part", "state", "percent"),
    [(0, "running", 0.05), (1, "canceled", None), (2, "finished", 100.0)],
)
def test_a_removal_is_read_in_each_state(part, state, percent):
    removal = text("307-remove.txt", part).removal
    assert (removal.state, removal.percent) == (state, percent)


def test_a_running_removal_tells_how_much_it_has_moved():
    removal = text("307-remove.txt", 0).removal
    assert (removal.done_bytes, removal.total_bytes) == (14.5 * 1024, round(30.1 * MEBIBYTE))


@pytest.mark.parametrize(
    ("recording", "state", "percent"),
    [
        ("status-removing.txt", "running", 25.0),
        ("status-removed.txt", "finished", 100.0),
        ("status-removal-canceled.txt", "canceled", 25.0),
    ],
)
def test_json_tells_each_state_of_a_removal(recording, state, percent):
    removal = from_json_of(recording).removal
    assert (removal.state, removal.percent, removal.subject) == (state, percent, "mirror-1")


# ---- expansion


@pytest.mark.parametrize(
    ("recording", "state", "percent"),
    [
        ("expansion-running.txt", "running", 25.0),
        ("expansion-slow.txt", "running", 25.0),
        ("expansion-waits.txt", "paused", 25.0),
        ("expansion-finished.txt", "finished", 100.0),
    ],
)
def test_an_expansion_is_read_in_each_state(recording, state, percent):
    expansion = text(recording).expansion
    assert (expansion.state, expansion.percent) == (state, percent)
    assert expansion.subject == "raidz1-0"


@pytest.mark.parametrize(
    ("recording", "state", "percent"),
    [
        ("status-expanding.txt", "running", 25.0),
        ("status-expansion-waits.txt", "paused", 25.0),
        ("status-expanded.txt", "finished", 100.0),
    ],
)
def test_json_tells_each_state_of_an_expansion(recording, state, percent):
    expansion = from_json_of(recording).expansion
    assert (expansion.state, expansion.percent) == (state, percent)
    assert expansion.subject == "raidz1-0"  # of the kind and the number that the JSON tells


# ---- checkpoint


def test_a_checkpoint_tells_what_it_holds_and_since_when():
    checkpoint = text("308-checkpoint.txt", 1).checkpoint
    assert not checkpoint.is_discarding
    assert checkpoint.space_bytes == round(60.1 * MEBIBYTE)
    assert checkpoint.created_at.isoformat() == "2026-11-26T12:42:16+00:00"


def test_a_checkpoint_that_is_being_discarded_tells_what_is_left():
    checkpoint = text("309-discarding.txt", 0).checkpoint
    assert checkpoint.is_discarding
    assert checkpoint.space_bytes == round(23.6 * MEBIBYTE)
    assert text("308-checkpoint.txt", 2).checkpoint.space_bytes == 0


def test_a_pool_without_a_checkpoint_has_none():
    assert text("309-discarding.txt", 1).checkpoint is None
    assert text("308-checkpoint.txt", 3).checkpoint is None


@pytest.mark.parametrize(
    ("recording", "is_discarding", "space_bytes"),
    [
        ("status-checkpoint.txt", False, 60 * MEBIBYTE),
        ("status-discarding.txt", True, 20 * MEBIBYTE),
    ],
)
def test_json_tells_each_state_of_a_checkpoint(recording, is_discarding, space_bytes):
    checkpoint = from_json_of(recording).checkpoint
    assert (checkpoint.is_discarding, checkpoint.space_bytes) == (is_discarding, space_bytes)


@pytest.mark.parametrize(
    "line", ["remove: something else", "expand: something else", "checkpoint: something else"]
)
def test_a_form_nobody_knows_is_passed_over(line):
    told = pools_in("303-status-ipt.txt")[0].replace("config:", f"{line}\nconfig:")
    (status,) = from_text(told)
    assert (status.removal, status.expansion, status.checkpoint) == (None, None, None)
