"""What the tables of the machine itself say."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from calypso.config import Settings
from calypso.drivers.system import System
from calypso.host.local import LocalHost
from calypso.inventory.system.certificates import read_certificates
from tests.certificates import self_signed


def rows(**settings):
    given = Settings(database_url=SecretStr("postgresql://"), **settings)
    return list(read_certificates.read(System.by(given, LocalHost()), None))


def test_the_certificate_of_the_api_is_a_row_with_the_time_it_expires(tmp_path):
    made = self_signed(tmp_path, "keep", "127.0.0.1", ends_in=timedelta(days=10))
    (row,) = rows(tls_certificate=made.certificate, tls_key=made.key)
    assert (row.key, row.subject) == (str(made.certificate), "CN=keep")
    assert row.expires_at.tzinfo is not None


@pytest.mark.parametrize("named", [{}, {"tls_certificate": "/gone.crt", "tls_key": "/gone.key"}])
def test_a_node_without_one_has_no_row(named):
    assert rows(**named) == []
