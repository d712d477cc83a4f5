"""A machine's Bacula becomes a newer one: what was backed up before is there afterwards."""

import os

import psycopg
import pytest

from calypso.embedded.bacula_catalog import Catalog
from calypso.errors import CalypsoError, Unavailable
from tests.acceptance.running_up import until
from tests.acceptance.test_bacula import ask, console, ended
from tests.bacula import RunningBacula, own_folder, programs
from tests.conftest import missing

pytestmark = [pytest.mark.real("bacula"), pytest.mark.postgres]
NEWER = "trixie"


@pytest.fixture
def both():
    """This machine's programs, and newer ones."""
    try:
        older, newer = programs(None), programs(NEWER)
    except (CalypsoError, OSError) as wrong:
        missing("bacula", getattr(wrong, "detail", None) or str(wrong))
    if older.encrypt_unasked:
        pytest.skip("this machine has a Bacula that is new itself")
    return older, newer


@pytest.fixture
def start(both, postgres_url):
    """Start the Bacula of a folder, with this machine's programs or a suite's."""
    with own_folder() as folder:
        running = []

        def start(suite):
            for one in running:
                one.stop()
            database = f"bacula_newer_{os.getpid()}"
            running.append(RunningBacula(folder, postgres_url, database=database, suite=suite))
            return running[-1].start()

        yield start
        running[-1].remove()


def test_what_an_older_bacula_backed_up_is_restored_by_a_newer_one(start):
    older = start(None)
    file = older.data / "its\xe4 name"
    file.write_bytes(os.urandom(70_000))
    console(older, "run job=data level=Full yes")
    assert until(lambda: ended(older)) == [("data", "T")]
    names = "SELECT count(*) FROM file WHERE fileindex > 0"
    before = ask(older, names)

    newer = start(NEWER)

    assert ask(newer, names) == before
    console(newer, "restore client=local-fd fileset=data select current all done yes")
    assert until(lambda: ended(newer)) == [("data", "T"), ("restore", "T")]
    found = newer.restored / str(newer.data).lstrip("/") / file.name
    assert found.read_bytes() == file.read_bytes()
    console(newer, "run job=data level=Incremental yes")
    assert until(lambda: ended(newer))[-1] == ("data", "T")


def test_a_catalog_becomes_newer_as_a_whole_or_not_at_all(start, both, tmp_path):
    catalog = start(None).server.catalog
    upgrades = both[1].upgrades
    broken = tmp_path / "20.0.0"
    broken.write_text("begin;\nUPDATE Version SET VersionId=2000;\ncommit;\nSELECT nonsense;\n")

    with pytest.raises(Unavailable, match="nonsense"):
        catalog.ensure(both[1].schema, [*upgrades, broken])

    assert versions(catalog) == [(16,)]
    for _ in range(2):
        catalog.ensure(both[1].schema, upgrades)
        assert versions(catalog) == [(1026,)]


def versions(catalog: Catalog):
    with psycopg.connect(catalog.reader_url) as reader:
        return reader.execute("SELECT versionid FROM version").fetchall()
