"""What a real catalog does wrong, and how the driver tells of it."""

import time
import uuid
from contextlib import contextmanager

import psycopg
import pytest

from calypso.drivers.backup import (
    BackupError,
    CatalogDown,
    DirectorSilent,
    Level,
    RunFilter,
    RunState,
    Unsupported,
)
from tests.contract.backup.conftest import ended, opened, stopped, until

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


@contextmanager
def within(limit_s):
    """What is done here is done in time."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < limit_s


@contextmanager
def locked(lab, table):
    with psycopg.connect(lab.database.url) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        holder.rollback()


def test_a_locked_catalog_is_told_as_down_in_time(lab, monkeypatch):
    from calypso.drivers.backup.bacula import sql

    monkeypatch.setattr(sql, "_OPTIONS", sql._OPTIONS.replace("=25s", "=1s"))
    backup = opened(lab)

    with locked(lab, "Job"), within(10), pytest.raises(CatalogDown, match="locked"):
        backup.find_started(token())


def test_a_director_that_waits_for_its_locked_catalog_is_silent(lab):
    backup, comment = opened(lab, timeout_s=2.0), token()

    with locked(lab, "Job"), within(10), pytest.raises(DirectorSilent):
        backup.start("Home", comment=comment)

    # It was started all the same, as soon as the catalog was free: it is found, not run twice.
    run_id = until(lambda: opened(lab).find_started(comment))
    assert ended(backup, run_id).state is RunState.SUCCEEDED
    assert [one.id for one in backup.runs(RunFilter(comment=comment))] == [run_id]


def test_whether_a_run_was_started_is_not_guessed_with_the_catalog_away(lab):
    from pydantic import SecretStr

    from calypso.drivers.backup.bacula import BaculaBackup

    nobody = f"postgresql://nobody:secret@127.0.0.1:{lab.ports['nobody']}/none"
    backup = BaculaBackup(opened(lab)._director, SecretStr(nobody))

    with pytest.raises(CatalogDown) as down:
        backup.find_started(token())

    assert "secret" not in f"{down.value.detail} {down.value.original}"
    told = backup.probe()
    assert told.available
    assert not told.features["history"]
    comment = token()
    run_id = backup.start("Slow", comment=comment, level=Level.FULL)
    assert backup.find_started(comment) == run_id  # what is live needs no catalog
    stopped(opened(lab), run_id)


def test_the_catalog_is_only_read_even_where_the_role_may_write(lab):
    from pydantic import SecretStr

    from calypso.drivers.backup.bacula.sql import select

    with pytest.raises(BackupError, match="read-only"):
        select(SecretStr(lab.database.url), "DELETE FROM Log RETURNING LogId")


def test_a_role_without_rights_is_told_what_to_do(lab):
    from pydantic import SecretStr

    from calypso.drivers.backup.bacula import BaculaBackup

    with psycopg.connect(lab.database.url, autocommit=True) as owner:
        owner.execute(f"REVOKE SELECT ON Client FROM {lab.reader.user}")
        try:
            backup = BaculaBackup(opened(lab)._director, SecretStr(lab.reader.url))
            with pytest.raises(Unsupported, match="Grant it SELECT"):
                backup.clients()
        finally:
            owner.execute(f"GRANT SELECT ON Client TO {lab.reader.user}")
