"""What Bacula prints, read; fed by recordings of real directors."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calypso.drivers.backup import (
    BackupError,
    BackupJobMissing,
    BackupPoolMissing,
    CatalogDown,
    ClientDown,
    ClientMissing,
    DirectorUnreadable,
    FilesetMissing,
    Level,
    NothingToRestore,
    OutOfSpace,
    PasswordRefused,
    RunKind,
    RunMissing,
    RunNotLive,
    RunState,
    StorageDown,
    StorageMissing,
    Unsupported,
    VolumeExists,
    VolumeFaulty,
    VolumeMissing,
    VolumeState,
)
from calypso.drivers.backup.bacula import errors, listing, runs, status, text
from tests.fakes.director import recorded


def packets(recordings, name, command):
    """Return the packets of a recorded answer."""
    items = dict(recorded(name, recordings))[command.encode()]
    return [item for item in items if isinstance(item, bytes)]


def printed(recordings, name, command):
    return text.readable(b"".join(packets(recordings, name, command)))


# ---- status


def test_a_live_run_is_put_together_from_director_client_and_storage(recordings):
    director = status.of_run(printed(recordings, "start", ".status dir running"), 1)
    client = status.of_run(printed(recordings, "start", '.status client="lab-fd" running'), 1)
    storage = status.of_run(printed(recordings, "start", '.status storage="Disk" running'), 1)

    told = status.live(1, director, client, storage)

    assert (told.state, told.phase) == (RunState.RUNNING, "running")
    assert told.files == 24
    # The storage is ahead of what the client was asked before.
    assert told.bytes == status.number(storage, "jobbytes") > status.number(client, "jobbytes")
    assert told.bytes_per_s == status.number(client, "bytes_sec") > 0
    assert told.files_examined == 24
    assert told.current_file == "/lab/data/big"
    assert told.volume == "Vol-0002"
    assert told.device.startswith("DiskDrive")


@pytest.mark.parametrize(
    ("storage", "phase"),
    [
        ({"read_volume": "Disk-0004"}, "waiting for a mount request: volume Disk-0004"),
        ({}, "waiting for a mount request"),
    ],
)
def test_a_run_that_waits_for_a_volume_says_for_which(storage, phase):
    director = {"status": "M", "status_desc": "is waiting for a mount request"}

    assert status.live(36, director, {}, storage).phase == phase
    assert status.live(36, director | {"status": "R"}, {}, storage).phase.endswith("request")


def test_with_nobody_to_ask_only_the_state_is_told():
    told = status.live(7, {"status": "S", "status_desc": 'is waiting on Storage "Disk"'}, {}, {})

    assert (told.state, told.phase) == (RunState.WAITING, 'waiting on Storage "Disk"')
    assert (told.files, told.bytes, told.volume, told.current_file) == (0, 0, None, None)


def test_a_storage_that_cannot_be_reached_tells_of_no_run(recordings):
    assert (
        status.of_run(printed(recordings, "status-away", '.status client="away-fd" running'), 1)
        is None
    )


@given(st.text())
@example("²")
@example("-1")
def test_no_text_of_a_client_breaks_the_reading(hostile):
    block = status.of_run(f"jobid=1\njobbytes={hostile}\nFiles Examined={hostile}\n", 1)

    told = status.live(1, {"status": hostile}, block or {}, {})

    assert told.bytes >= 0


def test_a_name_that_looks_like_another_run_changes_no_numbers_of_that():
    evil = "jobid=1\njobbytes=5\nProcessing file=/x\n\njobid=2\njobbytes=666\n"

    assert status.of_run(f"jobid=2\njobbytes=7\n\n{evil}", 2)["jobbytes"] == "7"


# ---- llist


def test_a_run_is_read_from_its_record(recordings):
    (record,) = listing.records(packets(recordings, "ended", "llist jobid=1"))

    run = listing.run(record, ("Vol-0001",))

    assert (run.id, run.name, run.kind, run.level) == (1, "Slow", RunKind.BACKUP, Level.FULL)
    assert (run.state, run.status_letter) == (RunState.SUCCEEDED, "T")
    assert run.bytes > 6_000_000
    assert run.comment == "calypso:token"
    assert run.started_at < run.ended_at


def test_volumes_are_read_with_the_pool_of_their_heading(recordings):
    found = listing.records(packets(recordings, "ended", "llist volumes"))

    volumes = {one["volumename"]: listing.volume(one) for one in found}

    assert (volumes["Hand"].pool, volumes["Vol-0002"].pool) == ("ByHand", "DiskPool")
    assert volumes["Vol-0002"].runs == 1
    assert volumes["Hand"].state is VolumeState.APPEND


def test_nothing_listed_is_no_record(recordings):
    assert listing.records(packets(recordings, "no-such", "llist jobid=9999")) == []
    assert listing.log(packets(recordings, "no-such", "list joblog jobid=9999")) == []


def test_the_log_is_read_cell_by_cell(recordings):
    lines = listing.log(packets(recordings, "ended", "list joblog jobid=1"))

    assert [line.id for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0].text.startswith("lab-dir JobId 1:")
    assert any("Termination:            Backup OK" in line.text for line in lines)
    assert "Backup OK" in lines[-1].text
    assert not any("-----" in line.text or "| " in line.text for line in lines)


def test_a_field_that_holds_lines_like_fields_stays_one():
    hostile = b"         comment: x\n           jobid: 666\n"

    (record,) = listing.records([b"           jobid: 1\n", hostile, b"\n"])

    assert record["jobid"] == "1"
    assert "666" in record["comment"]


# ---- numbers in answers


def test_the_number_of_a_run_is_read():
    assert runs.queued("Using Catalog\nJob queued. JobId=1234\n") == 1234
    with pytest.raises(DirectorUnreadable):
        runs.queued("Well, perhaps.\n")
    with pytest.raises(BackupJobMissing):
        runs.queued('Job "X" not found\n')


def test_an_estimate_is_read_with_its_separators(recordings):
    told = runs.estimated("2000 OK estimate files=1,669 bytes=442,534,853\n")

    assert (told.files, told.bytes) == (1669, 442534853)
    with pytest.raises(ClientDown):
        runs.estimated(printed(recordings, "client-away", 'estimate job="ClientAway"'))
    with pytest.raises(BackupError):
        runs.estimated("2000 OK\n")


# ---- errors


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("Write error: ERR=No space left on device", OutOfSpace),
        ('[SF0209] Out of freespace caused End of Volume "x" at 0 on device "y".', OutOfSpace),
        ('Fatal error: Unable to authenticate with File daemon at "x:1".', PasswordRefused),
        ("authenticate.c:117 Director unable to authenticate with Storage daemon", PasswordRefused),
        ("bsockcore.c:208 Unable to connect to Client: fd2-fd on x:1.", ClientDown),
        ("Failed to connect to Client fd2-fd.", ClientDown),
        ("Failed to connect to Client.", ClientDown),
        ("Network error with FD during Backup: ERR=No data available", ClientDown),
        ("Failed to connect to Storage daemon FileChgr.", StorageDown),
        ("bsockcore.c:208 Unable to connect to Storage daemon on x:1.", StorageDown),
        ("bsockcore.c:201 Could not connect to Storage daemon on x:1.", StorageDown),
        ('Could not open catalog database "bacula".', CatalogDown),
        ("Unable to connect to PostgreSQL server.", CatalogDown),
        ("server closed the connection unexpectedly", CatalogDown),
        ("Warning Job JobId=999 is not running.", RunNotLive),
        ("Unable to get Job record for JobId=9: ERR=sql_get.c:303 No Job found", RunMissing),
        ('Job "NoSuch" not found', BackupJobMissing),
        ('Job "NoSuch" not found.', BackupJobMissing),
        ('Client "nosuch" not found.', ClientMissing),
        ("Error: Client resource nosuch does not exist.", ClientMissing),
        ('FileSet "x" not found.', FilesetMissing),
        ('Pool "x" not found.', BackupPoolMissing),
        ('Storage resource "x": not found', StorageMissing),
        ('Media record for new Volume "x" already exists.', VolumeExists),
        ('sql_get.c:1266 Media record for Volume name "x" not found.', VolumeMissing),
        ("No Full backup before 2026-11-23 17:49:50 found.", NothingToRestore),
        ("No files selected to be restored.", NothingToRestore),
        ("Label command failed for Volume x.", VolumeFaulty),
        ("3910 OK\n3999 Failed somehow", VolumeFaulty),
        ('"where" specification not authorized.', Unsupported),
        ("version;version: is an invalid command.", Unsupported),
    ],
)  # fmt: skip
def test_what_bacula_says_has_a_name(said, refusal):
    told = errors.of_text(f"Using Catalog\n{said}\nYou have messages.\n")

    assert type(told) is refusal
    assert said.splitlines()[-1] in told.detail
    assert told.original.startswith("Using Catalog")


def test_what_nobody_has_a_name_for_is_told_without_the_noise():
    told = errors.nameless("run job=x", 'Using Catalog "C"\nOdd thing.\nJob not run.\n')

    assert errors.of_text("Odd thing.") is None
    assert type(told) is BackupError
    assert told.detail == "Bacula refused 'run': Odd thing."


def test_why_a_run_failed_is_told_by_what_daemons_call_an_error():
    said = [
        "lab-dir JobId 1: Start Backup JobId 1, Job=Volume not found.1",
        "lab-sd JobId 1: Fatal error: [SF0209] Out of freespace caused End of Volume",
        "lab-fd JobId 1: Fatal error: job.c:3012 Bad response from SD",
        "lab-dir JobId 1: Error: Bacula lab-dir 9.6.7:\n  Termination: *** Backup Error ***",
    ]

    assert type(errors.of_log(said)) is OutOfSpace
    assert errors.of_log(said[:1]) is None
    assert errors.of_log(said[2:3]).detail == said[2]


def test_a_run_that_went_well_has_no_trouble(recordings):
    lines = listing.log(packets(recordings, "ended", "list joblog jobid=1"))

    assert errors.of_log(line.text for line in lines) is None
