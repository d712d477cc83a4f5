"""A bconsole that plays what was composed, and the driver for it."""

import time

import pytest

from calypso.drivers.backup.bareos import BareosBackup
from tests.fakes.bareos import FakeBconsole, console, result

IDLE = "\nRunning Jobs:\nNo Jobs running.\n====\n"


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    """The composed times are of a director in UTC; a director's times have no zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def fake():
    return FakeBconsole().plays("resources", "history", "running", "files", "volumes")


@pytest.fixture
def backup(fake):
    return BareosBackup(console(fake))


@pytest.fixture
def idle(fake):
    """A director that runs nothing."""
    return fake.tells("status director", IDLE)


def volume(name, state, size_bytes, slot=0):
    """A row of `llist media`."""
    return {
        "volumename": name, "volstatus": state, "volbytes": str(size_bytes), "slot": str(slot),
        "pool": "Full", "mediatype": "LTO-8", "lastwritten": "2026-01-01 12:00:04",
        "volretention": "86400", "voljobs": "1", "volerrors": "0", "inchanger": "1",
        "storage": "Tape",
    }  # fmt: skip


def listed(*volumes):
    """The answer that lists these volumes."""
    return result(volumes=list(volumes))
