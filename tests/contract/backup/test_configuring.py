"""A new configuration on trial, on a real director's files."""

import stat

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import configuring
from calypso.drivers.backup.rendering import daemons
from calypso.errors import CommandFailed, Misconfigured
from calypso.host.local import LocalHost
from calypso.models.backup_config import BackupConfig, ClientResource, PoolResource

pytestmark = pytest.mark.real("bacula")
SECRETS = {"mail": SecretStr("of-the-mail-client")}
OURS = BackupConfig(
    clients=(ClientResource(name="mail", address="127.0.0.1", password="mail"),),
    pools=(PoolResource(name="Mail"),),
)


@pytest.fixture
def host():
    return LocalHost()


@pytest.fixture
def etc(bacula):
    yield bacula.server.layout.etc
    for file in bacula.server.layout.etc.glob("staged-*"):
        file.unlink()


@pytest.fixture
def programs(bacula):
    return bacula.server.folder / "bin"


def test_what_is_staged_is_checked_and_read_back_with_what_is_there_already(host, etc, programs):
    before = {file.name: file.read_bytes() for file in etc.iterdir()}

    staged = configuring.stage(host, etc, daemons.resources_only(OURS, SECRETS))

    assert configuring.complaint(host, programs, staged) is None
    found = configuring.configured(host, programs, staged, SECRETS)
    assert set(OURS.clients) < set(found.config.clients)
    assert set(OURS.pools) < set(found.config.pools)
    assert {name: (etc / name).read_bytes() for name in before} == before


def test_what_is_staged_is_for_the_director_alone(host, etc):
    configuring.stage(host, etc, daemons.resources_only(OURS, SECRETS))

    owner = (etc / "bacula-dir.conf").stat().st_uid
    for file in etc.glob("staged-*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.stat().st_uid == owner


def test_a_mistake_is_told_in_the_directors_own_words(host, etc, programs):
    staged = configuring.stage(host, etc, 'Pool {\n  Name = "x"\n  Pol Type = "Backup"\n}\n')

    said = configuring.complaint(host, programs, staged)

    assert 'Keyword "PolType" not permitted' in said
    with pytest.raises(CommandFailed, match="cannot read"):
        configuring.configured(host, programs, staged, SECRETS)


def test_what_is_in_force_is_read_without_its_passwords(host, etc, programs, bacula):
    found = configuring.configured(host, programs, etc / "bacula-dir.conf", {})

    assert {client.password for client in found.config.clients} == {"unknown"}
    passwords = [file.read_text() for file in (bacula.server.folder / "passwords").iterdir()]
    assert passwords
    assert not [one for one in passwords if one in repr(found)]


@pytest.mark.parametrize("why", ["is a directory", "not in UTF-8"])
def test_a_file_that_cannot_be_read_is_told_with_the_reason(host, tmp_path, why):
    file = tmp_path / "bacula-dir.conf"
    file.mkdir() if why == "is a directory" else file.write_bytes(b"\xff")

    with pytest.raises(Misconfigured, match=rf"(?i)bacula-dir.conf cannot be read: .*{why}"):
        configuring.reads_ours(host, tmp_path)


def test_a_folder_that_cannot_be_written_is_told_with_the_reason(host, tmp_path):
    with pytest.raises(Misconfigured, match="gone/x cannot be written: No such file"):
        configuring.write(host, tmp_path / "gone" / "x", "", like=tmp_path)


def test_a_director_that_does_not_read_ours_in_is_left_alone(host, tmp_path):
    (tmp_path / "bacula-dir.conf").write_text("Director {\n}\n")

    with pytest.raises(Misconfigured, match="Add the line @"):
        configuring.stage(host, tmp_path, "")

    assert [file.name for file in tmp_path.iterdir()] == ["bacula-dir.conf"]
