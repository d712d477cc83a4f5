"""Which product serves backups, told by settings alone."""

import pytest

from calypso import wiring
from calypso.config import load
from calypso.drivers.backup import ProductMissing
from calypso.drivers.backup.bacula import BaculaBackup
from calypso.drivers.backup.bareos import BareosBackup
from tests.fakes.bareos import EMPTY, FakeBconsole
from tests.fakes.host import FakeHost

CONFIG = "/etc/bareos/bconsole.conf"


def opened(host=None, **settings):
    return wiring.open_driver(load(**settings), "backup", host or FakeHost())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"backup_product": "none", "bacula_director": "127.0.0.1:9101"},
        {"backup_product": "none", "bareos_config": CONFIG},
        {"backup_product": "bareos"},
        {"backup_product": "bareos", "bacula_director": "127.0.0.1:9101"},
        {"backup_product": "bacula", "bareos_config": CONFIG},
    ],
)
def test_without_a_director_the_subsystem_says_so_and_how_to_get_one(settings):
    backup = opened(**settings)
    told = wiring.probe("backup", backup)
    assert (told.available, told.product) == (False, "none")
    assert "CALYPSO_BACULA_DIRECTOR" in told.how_to_install
    assert "CALYPSO_BAREOS_CONFIG" in told.how_to_install
    with pytest.raises(ProductMissing, match="calypso up"):
        backup.jobs()


@pytest.mark.parametrize(
    ("product", "reason"),
    [("none", "CALYPSO_BACKUP_PRODUCT=none"), ("auto", "No director is named")],
)
def test_one_who_switched_backups_off_is_told_that_and_no_other_reason(product, reason):
    backup = opened(backup_product=product)
    assert wiring.probe("backup", backup).reason.startswith(reason)
    with pytest.raises(ProductMissing, match=reason):
        backup.jobs()


def test_a_director_that_is_named_is_spoken_to():
    backup = opened(bacula_director="127.0.0.1:1", bacula_password="secret")
    assert isinstance(backup, BaculaBackup)
    told = wiring.probe("backup", backup)
    assert (told.available, told.product) == (False, "bacula")
    assert "secret" not in f"{told}"


def test_an_address_that_is_none_is_refused_with_the_name_of_the_setting():
    with pytest.raises(ProductMissing, match="CALYPSO_BACULA_DIRECTOR"):
        opened(bacula_director="not an address")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"backup_product": "bareos"},
        {"backup_product": "bareos", "bacula_director": "127.0.0.1:9101"},
    ],
)
def test_a_console_that_is_named_is_run_with_its_configuration(settings):
    fake = FakeBconsole().says(".filesets", EMPTY)

    backup = opened(fake, bareos_config=CONFIG, bareos_console="/opt/bconsole", **settings)

    assert isinstance(backup, BareosBackup)
    assert backup.filesets() == []
    assert fake.ran[0][0] == ("/opt/bconsole", "-c", CONFIG)


def test_where_both_are_named_and_nobody_chooses_it_is_bacula():
    both = {"bareos_config": CONFIG, "bacula_director": "127.0.0.1:9101"}

    assert isinstance(opened(**both), BaculaBackup)
