"""Calypso's database, and the programs that dump it."""

import os
from pathlib import Path

import psycopg
import pytest

from calypso.embedded import postgres
from calypso.embedded.places import package_folder
from calypso.models.database import libpq
from calypso.store import migrate
from tests.conftest import missing


@pytest.fixture(scope="session")
def programs():
    """The folder of client programs as new as the tests' server; None: whatever is installed."""
    package = package_folder(postgres.PACKAGE)
    if package is None and "CALYPSO_TEST_DATABASE_URL" not in os.environ:
        missing("postgres", "the programs of the embedded PostgreSQL are not installed")
    return None if package is None else package / postgres.PROGRAMS


@pytest.fixture
def calypso_database(fresh_database):
    """The address of a migrated database with a row to look for."""
    url = fresh_database()
    migrate.upgrade(url)
    sql(url, "CREATE TABLE calypso.kept (word text)")
    sql(url, "INSERT INTO calypso.kept VALUES ('here')")
    return url


def sql(url, statement):
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        ran = connection.execute(statement)
        return ran.fetchall() if ran.description else []


def words(url):
    return [word for (word,) in sql(url, "SELECT word FROM calypso.kept ORDER BY word")]


OLDER = Path("/usr/lib/postgresql/15/bin")
