"""Resources of ours on a real director: taken up, or refused."""

import os
import stat

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import ConfigurationRefused, DirectorDown
from calypso.models.backup_config import BackupConfig, PoolResource
from tests.bacula_programs import DEADLY, UNREADABLE, tampered
from tests.contract.backup.applying import (
    NOBODYS,
    OURS,
    POOL,
    SECRETS,
    edit,
    left,
    opened,
)

pytestmark = pytest.mark.real("bacula")


@pytest.fixture
def backup(configurable):
    return configurable


# ---- taken up


def test_what_is_applied_is_what_the_director_has_and_twice_is_as_good_as_once(backup, ours):
    assert backup.apply_config(OURS, SECRETS) is True
    assert backup.apply_config(OURS, SECRETS) is False

    assert {"mail", "data"} <= {one.name for one in backup.jobs()}
    assert next(one for one in backup.pools() if one.name == "Mail").max_volumes == 7
    assert backup.drift(OURS).strays == []
    assert stat.S_IMODE(ours.stat().st_mode) == 0o600
    assert ours.stat().st_uid == (ours.parent / "bacula-dir.conf").stat().st_uid
    assert left(ours) == []


def test_a_change_and_a_removal_reach_the_director_too(backup):
    backup.apply_config(OURS, SECRETS)
    less = BackupConfig(pools=(POOL.model_copy(update={"max_volumes": 9}),))

    assert backup.apply_config(less, SECRETS) is True

    assert next(one for one in backup.pools() if one.name == "Mail").max_volumes == 9
    assert "mail" not in {one.name for one in backup.jobs()}


def test_a_changed_password_gets_there(backup, ours):
    backup.apply_config(OURS, SECRETS)
    assert backup.apply_config(OURS, {**SECRETS, "mail": SecretStr("another")}) is True
    assert 'Password = "another"' in ours.read_text()


def test_no_password_stands_in_the_log(bacula, backup):
    lines = []
    told = opened(bacula, log=lines.append)

    told.apply_config(OURS, SECRETS)
    told.drift(OURS)
    edit(bacula.server.layout.ours, "Client {", 'Client {\n  Pass Word = "oops\n')
    told.drift(OURS)

    assert any("bdirjson" in line for line in lines)
    own = [one.read_text() for one in (bacula.server.folder / "passwords").iterdir()]
    hidden = ["mail\\", "of the", "oops", *own]
    assert [line for line in lines if any(one in line for one in hidden)] == []


# ---- refused


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (NOBODYS, "mail-fd"),
        (BackupConfig(pools=(PoolResource(name="Disk"),)), "itself has a pool called Disk already"),
    ],
)
def test_a_mistake_is_refused_and_nothing_is_changed(backup, ours, config, words):
    backup.apply_config(OURS, SECRETS)
    before = ours.read_text()

    for verb in (backup.check_config, backup.apply_config):
        with pytest.raises(ConfigurationRefused, match=words) as refused:
            verb(config, SECRETS)
        assert "Config error" in refused.value.original

    assert (ours.read_text(), left(ours)) == (before, [])
    assert backup.drift(OURS).strays == []


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can read what the director cannot")
def test_what_the_director_does_not_take_up_is_put_back(bacula, backup, ours, tmp_path):
    backup.apply_config(OURS, SECRETS)
    before = ours.read_text()
    late = opened(bacula, programs=tampered(bacula, tmp_path, UNREADABLE))

    with pytest.raises(ConfigurationRefused, match="last good configuration is in force") as told:
        late.apply_config(BackupConfig(pools=(POOL,)), SECRETS)

    assert "Permission denied" in told.value.original
    assert (ours.read_text(), left(ours)) == (before, [])
    assert "mail" in {one.name for one in backup.jobs()}
    assert backup.drift(OURS).strays == []


def test_a_director_that_dies_of_it_finds_the_last_good_one_when_it_comes_up(own_bacula, tmp_path):
    if own_bacula.server.programs.encrypt_unasked:
        pytest.skip("newer ones refuse what older ones die of")
    own_bacula.start()
    backup, ours = opened(own_bacula), own_bacula.server.layout.ours
    backup.apply_config(OURS, SECRETS)
    before = ours.read_text()
    deadly = opened(own_bacula, programs=tampered(own_bacula, tmp_path, DEADLY))

    with pytest.raises(DirectorDown, match="last good one is back in place"):
        deadly.apply_config(BackupConfig(pools=(POOL,)), SECRETS)

    assert (ours.read_text(), left(ours)) == (before, [])
    assert own_bacula.server.daemons["bacula-dir"].exit_code() is not None
    own_bacula.server.launch("bacula-dir")
    own_bacula.server.wait_until_ready()
    assert "mail" in {one.name for one in backup.jobs()}
