"""ZfsStorage over a machine that answers from recordings of OpenZFS 2.1.11."""

import pytest

from calypso.drivers.storage.zfs import ZfsStorage
from tests.unit.drivers.zfs.argv_document import asked, form
from tests.unit.drivers.zfs.scenarios import make_host


@pytest.fixture
def host():
    """The machine; a command that docs/zfs-argv.md does not list fails the test that ran it."""
    machine = make_host()
    yield machine
    assert {form(argv) for argv in machine.asked} <= set(asked())


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def storage(host, pauses):
    return ZfsStorage(host, pause=pauses.append)
