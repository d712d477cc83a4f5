"""Which product serves backups, told by settings alone."""

import pytest

from calypso import wiring
from calypso.config import load
from calypso.drivers.backup import ProductMissing
from calypso.drivers.backup.bacula import BaculaBackup
from tests.fakes.host import FakeHost


def opened(**settings):
    return wiring.open_driver(load(**settings), "backup", FakeHost())


@pytest.mark.parametrize(
    "settings", [{}, {"backup_product": "none", "bacula_director": "127.0.0.1:9101"}]
)
def test_without_a_director_the_subsystem_says_so_and_how_to_get_one(settings):
    backup = opened(**settings)
    told = wiring.probe("backup", backup)
    assert (told.available, told.product) == (False, "none")
    assert "CALYPSO_BACULA_DIRECTOR" in told.how_to_install
    with pytest.raises(ProductMissing, match="calypso up"):
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
