"""Runs: to start, find, watch and stop them."""

from datetime import UTC, datetime

import pytest

from calypso.drivers.backup import (
    BackupError,
    BackupPoolMissing,
    ClientDown,
    Level,
    RunMissing,
    RunNotLive,
    Unsupported,
)
from tests.fakes.bareos import EMPTY


def test_a_run_is_started_and_its_number_told(fake, backup):
    assert backup.start("backup-bareos-fd", comment="calypso-20-1", level=Level.FULL) == 6
    assert fake.acts == ['run job="backup-bareos-fd" level=Full comment="calypso-20-1" yes']


def test_all_that_may_be_told_of_a_run_is_told(fake, backup):
    number = backup.start(
        "Home of Ada", comment="calypso-21-1", client="test2-fd", fileset="Catalog", pool="Full",
        storage="Tape", level=Level.VIRTUAL_FULL, at=datetime(2026, 6, 4, 3, tzinfo=UTC),
        priority=7,
    )  # fmt: skip

    assert number == 7
    assert len(fake.ran) == 2  # the names in one process, the run in another


def test_a_run_may_be_told_where_it_copies_to_and_what_it_looks_at(fake, backup):
    order = 'run job="backup-bareos-fd" nextpool="Full" jobid=3 comment="calypso-1-1" yes'
    fake.says(order, EMPTY)

    with pytest.raises(BackupError, match="does not tell the number"):
        backup.start("backup-bareos-fd", comment="calypso-1-1", next_pool="Full", of_run=3)
    assert fake.acts == [order]
    with pytest.raises(BackupPoolMissing):
        backup.start("backup-bareos-fd", comment="calypso-1-1", next_pool="Nowhere")
    assert fake.acts == [order]


def test_the_catalog_as_a_whole_is_left_to_bareos_own_means(backup, tmp_path):
    for act in (
        lambda: backup.dump_catalog("17", private=tmp_path, step=print),
        backup.catalog_dumps,
        lambda: backup.forget_dump("one"),
        backup.check_catalog,
        backup.statistics,
        backup.prune_statistics,
    ):
        with pytest.raises(Unsupported, match="bareos-dbcheck"):
            act()


def test_a_run_is_found_by_its_comment(backup):
    assert backup.find_started("calypso-17-1") == 1
    assert backup.find_started("calypso-18-1") is None


def test_a_run_without_its_number_is_not_taken_for_started(fake, backup):
    fake.says('run job="backup-bareos-fd" comment="calypso-1-1" yes', EMPTY)

    with pytest.raises(BackupError, match="does not tell the number"):
        backup.start("backup-bareos-fd", comment="calypso-1-1")


def test_a_live_run_is_cancelled(fake, backup):
    backup.cancel(5)

    assert fake.acts == ["cancel jobid=5 yes"]


def test_a_run_that_has_ended_is_not_cancelled(fake, backup):
    with pytest.raises(RunNotLive, match="is not live; it is succeeded"):
        backup.cancel(1)
    with pytest.raises(RunMissing):
        backup.cancel(999999)
    assert fake.acts == []


def test_a_run_that_is_done_but_listed_still_is_not_cancelled(fake, backup):
    for asked in ("llist jobid=", "list volumes jobid="):
        fake.json[f"{asked}10"] = fake.json[f"{asked}1"]
    query = ".sql query=\"SELECT JobId, Comment FROM Job WHERE Comment <> '' AND JobId BETWEEN %s\""
    fake.json[query % "10 AND 10"] = fake.json[query % "1 AND 1"]

    with pytest.raises(RunNotLive, match="is not live; it is succeeded"):
        backup.cancel(10)
    assert fake.acts == []


def test_a_run_that_ends_while_it_is_cancelled_is_not_live(fake, backup):
    fake.plays("refusals")

    with pytest.raises(RunNotLive, match="JobId 6 is not running"):
        backup.cancel(6)


def test_why_a_run_does_not_go_well_is_told_from_its_log(backup):
    assert backup.trouble(1) is None
    assert type(backup.trouble(2)) is ClientDown


def test_the_client_counts_what_a_run_would_take_along(backup):
    told = backup.estimate("backup-bareos-fd", level=Level.FULL)

    assert (told.files, told.bytes) == (23460, 442534853)


def test_a_client_that_is_down_counts_nothing(backup):
    with pytest.raises(ClientDown, match="Failed to connect to Client"):
        backup.estimate("Home of Ada", client="test2-fd")
