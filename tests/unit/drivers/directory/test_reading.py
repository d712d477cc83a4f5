import pytest

from calypso.drivers.storage import (
    BaseMissing,
    NotPermitted,
    OutOfSpace,
    StorageError,
    StreamBroken,
)
from calypso.drivers.storage.directory import errors
from calypso.drivers.storage.directory.reading import Progress, followed_scan
from calypso.drivers.storage.tree import checksum_argv, read_checksum, read_failure
from calypso.host import Ran


def ran(stderr, code=1):
    return Ran(("python",), code, "", stderr, 0.1)


def test_progress_comes_as_bytes_with_the_total_once_known():
    heard = []
    progress = Progress(lambda done, total: heard.append((done, total)))
    for line in (
        "incremental\tone\ttank/home@two\t300",
        "size\t300",
        "note\tgone while it was read: a",
        "12:00:01\t100\ttank/home@two",
        "12:00:02\t300\ttank/home@two",
        "damaged\ttank/home@two: a",
        "size\tunknown",
    ):
        progress.hear(line)
    assert heard == [(0, 300), (100, 300), (300, 300)]
    assert progress.damaged == ["tank/home@two: a"]


def test_a_followed_scan_is_read_and_other_lines_are_not():
    assert followed_scan('scan\t{"damaged": []}') == {"damaged": []}
    assert followed_scan("note\tsomething") is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("error\tout_of_space\tNo space left on device: /pool/a", OutOfSpace),
        ("error\tnot_permitted\t/pool/a cannot be read", NotPermitted),
        ("error\tbroken\tthe stream ended early", StreamBroken),
        ("error\tbase\tanother snapshot", BaseMissing),
    ],
)
def test_a_programs_last_error_becomes_a_refusal(line, kind):
    refusal = read_failure(ran(f"note\tgone: x\n{line}\n"))
    assert type(refusal) is kind
    assert refusal.original == line.split("\t")[2]


def test_an_error_nobody_knows_keeps_its_text():
    refusal = read_failure(ran("Traceback: something odd\n"))
    assert type(refusal) is StorageError
    assert "something odd" in refusal.detail


def test_a_killed_program_is_a_broken_transfer():
    assert type(read_failure(ran("", code=-9))) is StreamBroken


@pytest.mark.parametrize(
    ("sender", "receiver", "kind"),
    [
        ("error\treader_gone\tBroken pipe", "error\tout_of_space\tNo space", OutOfSpace),
        ("error\tnot_permitted\tx", "error\tbroken\tended early", NotPermitted),
        ("error\treader_gone\tBroken pipe", "error\tbroken\tended early", StreamBroken),
    ],
)
def test_of_two_ends_that_failed_the_cause_is_told(sender, receiver, kind):
    assert type(errors.worst([ran(sender), ran(receiver)])) is kind


def test_a_pipe_that_ended_well_is_no_refusal():
    assert errors.worst([ran("", code=0), ran("", code=0)]) is None


def test_any_product_may_digest_a_mounted_tree():
    assert checksum_argv("/mnt/x")[-2:] == ["checksum", "/mnt/x"]
    assert read_checksum('note\n{"digest": "ab"}\n') == "ab"
