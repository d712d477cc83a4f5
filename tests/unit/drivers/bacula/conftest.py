"""A director that is scripted, and the driver for it."""

import pytest
from pydantic import SecretStr

from calypso.drivers.backup.bacula import BaculaBackup, Director
from tests.fakes.director import PASSWORD, a_director


@pytest.fixture
def fake():
    with a_director() as director:
        yield director


def addressed(fake, *, password=PASSWORD, timeout_s=5.0, console="*UserAgent*"):
    return Director("127.0.0.1", fake.port, SecretStr(password), console, timeout_s)


@pytest.fixture
def backup(fake):
    return BaculaBackup(addressed(fake))
