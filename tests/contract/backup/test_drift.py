"""What somebody edited in a real director's files is seen; and what its clients say."""

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import ClientMissing, ConfigState, PasswordRefused, Unsupported
from calypso.drivers.backup.bacula import BaculaBackup, Director
from calypso.drivers.backup.trial import Trial
from calypso.host.local import LocalHost
from tests.bacula import release
from tests.contract.backup.applying import (
    MAIL,
    OURS,
    SECRETS,
    edit,
    strays,
)

pytestmark = pytest.mark.real("bacula")


@pytest.fixture
def backup(configurable):
    return configurable


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("Maximum Volumes = 7", "Maximum Volumes = 8", ("pool Mail", ConfigState.CHANGED)),
        (
            'Label Format = "Mail-"',
            'Label Format = "Mail-"\n  Volume Use Duration = 3 days',
            ("pool Mail", ConfigState.CHANGED),
        ),
        ("Pool {", 'Pool {\n  Name = "Mine"\n  Pool Type = Backup\n}\nPool {', (
            "pool Mine", ConfigState.BEYOND,
        )),
        ("Client {", "# mine\nClient {", ("file calypso.conf", ConfigState.CHANGED)),
        ("Pool Type", "Pol Type", ("pool Mail", ConfigState.UNREADABLE)),
    ],
)  # fmt: skip
def test_what_somebody_edited_is_seen(backup, ours, before, after, seen):
    backup.apply_config(OURS, SECRETS)
    edit(ours, before, after)

    found = strays(backup)

    assert seen in found
    assert ("file calypso.conf", ConfigState.CHANGED) in found


def test_what_somebody_took_away_is_missing(backup, ours):
    backup.apply_config(OURS, SECRETS)
    ours.write_text("")

    assert strays(backup) == [
        (one, ConfigState.MISSING)
        for one in ("client mail-fd", "fileset home", "pool Mail", "job mail")
    ]


def test_fields_that_differ_are_named(backup, ours):
    backup.apply_config(OURS, SECRETS)
    edit(ours, "Maximum Volumes = 7", "Maximum Volumes = 8\n  Volume Use Duration = 3 days")

    found = next(one for one in backup.drift(OURS).strays if one.name == "Mail")

    assert found.differs == ("max_volumes", "volumeuseduration")


def test_without_the_files_nothing_can_be_said(bacula, tmp_path):
    assert Trial.at(LocalHost(), tmp_path, bacula.server.folder / "bin") is None
    director = Director.at("127.0.0.1:1", SecretStr("none"))
    with pytest.raises(Unsupported, match="CALYPSO_BACULA_CONFIG_DIR"):
        BaculaBackup(director).drift(OURS)


# ---- clients


def test_a_client_says_who_it_is_and_one_with_another_password_is_told_as_such(backup, bacula):
    assert backup.reach_client("local-fd").startswith(release(bacula.server.programs))
    with pytest.raises(PasswordRefused, match="stranger-fd at 127"):
        backup.reach_client("stranger-fd")
    with pytest.raises(ClientMissing):
        backup.reach_client("nobody-fd")


def test_what_a_client_must_say_names_the_secret_and_not_its_value(backup):
    said = backup.client_side(MAIL)

    assert 'Name = "calypso-dir"' in said
    assert "the value of the secret mail" in said
    assert SECRETS["mail"].get_secret_value() not in said
