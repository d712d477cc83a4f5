"""The backup protocol over a real Bacula; what the catalog knows, by SQL and without."""

import time
from contextlib import suppress

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import RunNotLive
from calypso.drivers.backup.bacula import BaculaBackup, Director
from calypso.drivers.backup.trial import LAST_GOOD, PREVIOUS
from calypso.models.backup_config import BackupConfig
from tests.contract.backup import applying
from tests.lab_bacula.fixtures import bacula_lab  # noqa: F401

LOOK_S = 0.05
END_S = 60


def opened(lab, *, database=True, password=None, timeout_s=30.0, console="*UserAgent*"):
    """Return the driver for a lab."""
    host, _, port = lab.director.partition(":")
    secret = SecretStr(password or lab.password)
    director = Director(host, int(port), secret, console=console, timeout_s=timeout_s)
    return BaculaBackup(director, SecretStr(lab.reader.url) if database else None)


@pytest.fixture
def lab(bacula_lab):  # noqa: F811
    return bacula_lab


@pytest.fixture
def backup(lab):
    return opened(lab)


@pytest.fixture(params=["sql", "llist"])
def either(request, lab):
    """The driver that asks the catalog by SQL, and the one that asks the director for it."""
    return opened(lab, database=request.param == "sql")


def until(told, *, limit_s=END_S):
    """Return what `told` returns as soon as it is true."""
    deadline = time.monotonic() + limit_s
    while not (found := told()):
        assert time.monotonic() < deadline, f"it did not come to that: {found}"
        time.sleep(LOOK_S)
    return found


def ended(backup, run_id, *, limit_s=END_S):
    """Wait for the end of a run and return it."""
    return until(lambda: (run := backup.run(run_id)).state.is_over and run, limit_s=limit_s)


def stopped(backup, run_id):
    """Cancel a run, unless it has ended, and wait until it has."""
    with suppress(RunNotLive):
        backup.cancel(run_id)
    until(lambda: backup.live(run_id) is None)
    return backup.run(run_id)


@pytest.fixture
def configurable(bacula):
    """The driver over a director whose files are here; nothing of ours is in them afterwards."""
    yield applying.opened(bacula)
    for name in (LAST_GOOD, PREVIOUS):
        (bacula.server.layout.etc / name).unlink(missing_ok=True)
    applying.opened(bacula).apply_config(BackupConfig(), {})


@pytest.fixture
def ours(bacula):
    """The file of ours that the director reads in."""
    return bacula.server.layout.ours
