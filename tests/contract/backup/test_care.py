"""A real catalog dumped by a real pg_dump: by whom it may be, and what holds it up."""

from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from calypso.drivers import postgres_client
from calypso.drivers.backup import CatalogDown, Unsupported
from calypso.drivers.backup.bacula import dumping
from calypso.drivers.backup.bacula.tools import Tools
from calypso.embedded import postgres
from calypso.embedded.places import package_folder
from calypso.host.local import LocalHost
from tests.conftest import missing

pytestmark = pytest.mark.real("bacula")
OLDER = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def programs():
    package = package_folder(postgres.PACKAGE)
    if package is None:
        missing("bacula", "the programs of the embedded PostgreSQL are not installed")
    return package / postgres.PROGRAMS


def dumped(lab, programs, folder, label="17"):
    tools = Tools(LocalHost(), Path("/usr/sbin"), folder / "dumps", postgres=programs)
    one = dumping.Dumping(tools, SecretStr(lab.reader.url))
    return one.dump(label, private=folder, step=lambda _bytes: None)


def grant(lab, verb, word, what):
    with psycopg.connect(lab.database.url, autocommit=True) as owner:
        owner.execute(f"{verb} SELECT ON ALL {what} IN SCHEMA public {word} {lab.reader.user}")


def test_who_may_only_read_tables_is_told_that_sequences_are_needed_too(lab, programs, tmp_path):
    with pytest.raises(Unsupported, match="all its sequences"):
        dumped(lab, programs, tmp_path)
    assert list((tmp_path / "dumps").iterdir()) == []

    grant(lab, "GRANT", "TO", "SEQUENCES")
    try:
        made = dumped(lab, programs, tmp_path)
    finally:
        grant(lab, "REVOKE", "FROM", "SEQUENCES")

    assert [one.name for one in (tmp_path / "dumps").iterdir()] == [made.name]


def test_a_catalog_that_somebody_holds_locked_is_not_waited_for_without_end(
    lab, programs, tmp_path, monkeypatch
):
    monkeypatch.setattr(postgres_client, "LOCK_MS", 200)
    with psycopg.connect(lab.database.url) as holder:
        holder.execute("LOCK TABLE File IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(CatalogDown, match="locked"):
            dumped(lab, programs, tmp_path)
        holder.rollback()
    assert list((tmp_path / "dumps").iterdir()) == []


def test_a_pg_dump_that_is_older_than_the_server_says_whose_is_needed(lab, tmp_path):
    with psycopg.connect(lab.reader.url) as reader:
        release = reader.info.server_version // 10000
    if not (OLDER / "pg_dump").exists() or release <= int(OLDER.parts[-2]):
        pytest.skip("no pg_dump here is older than the server")
    with pytest.raises(Unsupported, match="CALYPSO_BACULA_PG_PROGRAMS"):
        dumped(lab, OLDER, tmp_path)
