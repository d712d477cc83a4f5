"""What the driver says of itself."""

import inspect

import pytest

from calypso.drivers.backup import Backup, Unsupported
from calypso.drivers.backup.bareos import BareosBackup
from calypso.drivers.backup.bareos.driver import NEVER_MET
from calypso.models.backup_config import BackupConfig
from tests.fakes.bareos import EMPTY, NOT_CONNECTED, error

ASKED = (
    ".sql query=\"SELECT JobId, Comment FROM Job WHERE Comment <> '' AND JobId BETWEEN 1 AND 1\""
)


def test_the_driver_has_every_verb_of_the_protocol():
    verbs = [name for name, _ in inspect.getmembers(Backup, inspect.isfunction) if name[0] != "_"]

    for verb in verbs:
        ours, theirs = getattr(BareosBackup, verb), getattr(Backup, verb)
        assert inspect.signature(ours) == inspect.signature(theirs), verb


def test_it_says_plainly_that_it_has_met_no_real_director(fake, backup):
    fake.says(ASKED, EMPTY)

    told = backup.probe()

    assert (told.product, told.version, told.available) == (
        "bareos", "24.0.1~pre67.4ee24a825", True,
    )  # fmt: skip
    assert told.production is False
    assert told.reason == NEVER_MET
    assert "never met a real director" in NEVER_MET
    assert told.features == {"history": True, "search": False, "tried_on_real": False}


def test_a_catalog_that_may_not_be_asked_is_told(fake, backup):
    fake.says(ASKED, error(".sql: is an invalid command."))

    told = backup.probe()

    assert told.available
    assert not told.features["history"]
    assert told.reason.startswith(".sql: is an invalid command.")


def test_a_director_that_is_away_is_not_available_and_told_why(fake, backup):
    fake.code, fake.said = 1, NOT_CONNECTED

    told = backup.probe()

    assert (told.available, told.production) == (False, False)
    assert "bconsole does not come to the director" in told.reason
    assert NEVER_MET in told.reason
    assert "CALYPSO_BAREOS_CONFIG" in told.how_to_install


def test_its_configuration_is_left_to_its_own_files(backup):
    for act in (lambda: backup.drift(BackupConfig()), backup.undo_config):
        with pytest.raises(Unsupported, match="own files"):
            act()
