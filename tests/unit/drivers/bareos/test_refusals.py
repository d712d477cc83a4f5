"""What Bareos says against a command → the protocol's refusals."""

import json

import pytest

from calypso.drivers.backup import (
    BackupError,
    ClientDown,
    ClientMissing,
    Level,
    RunMissing,
    RunNotLive,
    StorageDown,
    Unsupported,
    VolumeFaulty,
    VolumeInUse,
)
from calypso.drivers.backup.bareos import errors


def failure(*said, warnings=(), result=None):
    messages = {"warning": list(warnings)} if warnings else {}
    messages |= {"error": list(said)} if said else {}
    data = {"result": result or {}, "messages": messages}
    return {"code": 1, "message": "failed", "data": data}


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("JobId 6 is not running. Use Job name to cancel inactive jobs.\n", RunNotLive),
        ("Permission denied: need full job permission.\n", Unsupported),
        ("Unauthorized command from this console.\n", Unsupported),
        (".sql: is an invalid command.\n", Unsupported),
        ("jobid not found in db, access to job or client denied by ACL\n", RunMissing),
        ("Unable to get Job record for JobId=7: ERR=\n", RunMissing),
        ("invalid restoreclient argument: nosuch-fd\n", ClientMissing),
        ("Failed to connect to Client.\n", ClientDown),
        ("Failed to connect to Storage daemon.\n", StorageDown),
        ("Label command failed for Volume X.\n", VolumeFaulty),
        ('\nVolume "X" has VolStatus "Busy" and cannot be purged.\n', VolumeInUse),
        ('Cannot prune Volume "X" because it is archived.\n', VolumeInUse),
        ("Can't create restore list\n", BackupError),
    ],
)
def test_each_complaint_has_its_refusal(said, refusal):
    refused = errors.failed("verb x", failure(said))

    assert type(refused) is refusal
    assert said.strip() in json.loads(refused.original)["data"]["messages"]["error"][0]


def test_errors_come_before_warnings():
    refused = errors.failed("purge x", failure("Odd.\n", warnings=["\nDANGEROUS!!!\n\nReally.\n"]))

    assert refused.detail == "Bareos refused 'purge': Odd. DANGEROUS!!! Really."


def test_a_refusal_without_a_word_says_so():
    refused = errors.failed(".bvfs_lsdirs jobid=1", failure())

    assert refused.detail == "Bareos refused '.bvfs_lsdirs': without a word"
    assert errors.is_wordless(refused)
    assert not errors.is_wordless(errors.failed("x", failure("words")))


def test_an_error_without_data_is_a_refusal_all_the_same():
    refused = errors.failed("list jobs", {"message": "Failed to send json message", "code": 1})

    assert refused.detail == "Bareos refused 'list': Failed to send json message"
    assert not errors.is_wordless(refused)


def test_a_run_that_was_started_in_spite_of_a_refusal_is_stopped(fake, backup):
    fake.plays("refusals")

    with pytest.raises(BackupError, match="Job failed"):
        backup.start("backup-bareos-fd", comment="calypso-20-1", level=Level.FULL)

    assert fake.asked[-1] == "cancel jobid=5 yes"


def test_a_console_that_may_not_ask_the_catalog_says_so_and_is_not_taken_for_no_run(fake, backup):
    fake.plays("refusals")

    with pytest.raises(Unsupported, match="invalid command"):
        backup.find_started("calypso-17-1")
