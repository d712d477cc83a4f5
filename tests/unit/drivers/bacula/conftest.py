"""A director that is scripted, and the driver for it."""

import pytest
from pydantic import SecretStr

from calypso.drivers.backup.bacula import BaculaBackup, Director
from tests.fakes.director import FOLDERS, PASSWORD, a_director


@pytest.fixture
def fake(request):
    """A director; in a test that asks for `recordings` as well, one of that release."""
    with a_director() as director:
        if "recordings" in request.fixturenames:
            director.folder = request.getfixturevalue("recordings")
        yield director


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def recordings(request):
    """What a director of each release has said."""
    return request.param


def addressed(fake, *, password=PASSWORD, timeout_s=5.0, console="*UserAgent*"):
    return Director("127.0.0.1", fake.port, SecretStr(password), console, timeout_s)


@pytest.fixture
def backup(fake):
    return BaculaBackup(addressed(fake))
