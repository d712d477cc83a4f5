"""Resources of ours on a real director: taken up, refused, undone, and looked at."""

import os
import stat

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import (
    ClientMissing,
    ConfigState,
    ConfigurationRefused,
    DirectorDown,
    PasswordRefused,
    Unsupported,
)
from calypso.drivers.backup.bacula import BaculaBackup, Director
from calypso.drivers.backup.trial import LAST_GOOD, PREVIOUS, Trial
from calypso.host.local import LocalHost
from calypso.models.backup_config import (
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
)
from calypso.models.backup_job import JobResource
from tests.bacula_programs import DEADLY, UNREADABLE, tampered

pytestmark = pytest.mark.real("bacula")
SECRETS = {"mail": SecretStr('of the "mail" client'), "disk": SecretStr("of the disk")}
MAIL = ClientResource(name="mail-fd", address="127.0.0.1", password="mail")
POOL = PoolResource(name="Mail", label_format="Mail-", max_volumes=7)
HOME = FilesetResource(name="home", include=("/home",), signature="sha256")
JOB = JobResource(name="mail", client="mail-fd", fileset="home", storage="Disk", pool="Mail")
OURS = BackupConfig(clients=(MAIL,), filesets=(HOME,), pools=(POOL,), jobs=(JOB,))
NOBODYS = OURS.model_copy(update={"clients": ()})


def opened(bacula, *, programs=None, log=None, host=None):
    """The driver over a director whose files are here."""
    told = bacula.settings
    host = host or LocalHost(on_log=log)
    trial = Trial.at(host, bacula.server.layout.etc, programs or bacula.server.folder / "bin")
    assert trial is not None
    director = Director.at(
        told["CALYPSO_BACULA_DIRECTOR"], SecretStr(told["CALYPSO_BACULA_PASSWORD"])
    )
    return BaculaBackup(director, SecretStr(told["CALYPSO_BACULA_CATALOG_URL"]), trial)


@pytest.fixture
def backup(bacula):
    yield opened(bacula)
    for name in (LAST_GOOD, PREVIOUS):
        (bacula.server.layout.etc / name).unlink(missing_ok=True)
    opened(bacula).apply_config(BackupConfig(), {})


@pytest.fixture
def ours(bacula):
    return bacula.server.layout.ours


def strays(backup, config=OURS):
    return [(f"{one.kind} {one.name}", one.state) for one in backup.drift(config).strays]


def left(ours):
    """What lies beside the configuration that nobody put there to stay."""
    return [one.name for one in ours.parent.glob("*calypso.conf*") if one.name not in KEPT]


KEPT = ("calypso.conf", PREVIOUS)


def edit(ours, before, after):
    text = ours.read_text()
    assert before in text
    ours.write_text(text.replace(before, after))


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


# ---- cut in the middle


def cut(bacula, config):
    """Put a configuration in place as an apply does that is killed before the reload."""
    trial = opened(bacula)._trial
    trial.stage(config, SECRETS)
    trial.swap()


def test_what_a_killed_apply_left_is_undone(bacula, backup, ours):
    backup.apply_config(OURS, SECRETS)
    before = ours.read_text()
    cut(bacula, BackupConfig(pools=(POOL,)))
    assert ours.read_text() != before

    assert backup.undo_config() is True

    assert ours.read_text() == before
    assert backup.undo_config() is False
    assert backup.drift(OURS).strays == []


def test_an_undo_that_was_cut_itself_is_done_again(bacula, backup, ours):
    backup.apply_config(OURS, SECRETS)
    before = ours.read_text()
    cut(bacula, BackupConfig(pools=(POOL,)))
    backup._trial.put_back()

    assert backup.undo_config() is True
    assert (ours.read_text(), left(ours)) == (before, [])


def test_the_next_apply_is_not_hindered_by_what_a_killed_one_left(bacula, backup, ours):
    backup.apply_config(OURS, SECRETS)
    cut(bacula, BackupConfig(pools=(POOL,)))

    for _ in range(2):
        backup.apply_config(BackupConfig(filesets=(HOME,)), SECRETS)

    assert backup.drift(BackupConfig(filesets=(HOME,))).strays == []
    assert "mail" not in {one.name for one in backup.jobs()}
    assert left(ours) == []


def test_what_somebody_wrote_after_a_killed_apply_is_not_undone(bacula, backup, ours):
    backup.apply_config(OURS, SECRETS)
    cut(bacula, BackupConfig(pools=(POOL,)))
    ours.write_text(ours.read_text() + "# mine\n")

    assert backup.undo_config() is False

    assert ours.read_text().endswith("# mine\n")
    assert ("file calypso.conf", ConfigState.CHANGED) in strays(backup)


class Killed(BaseException):
    """The worker is no more."""


class Dying(LocalHost):
    """Changes nothing more after so many steps, as when its worker is killed."""

    def __init__(self, steps):
        super().__init__()
        self._left = steps

    def _step(self):
        self._left -= 1
        if self._left < 0:
            raise Killed

    def run(self, *told, **more):
        self._step()
        return super().run(*told, **more)

    def stream(self, *told, **more):
        self._step()
        return super().stream(*told, **more)

    def write_text(self, *told, **more):
        self._step()
        return super().write_text(*told, **more)


def test_an_apply_that_is_killed_at_any_step_leaves_one_or_the_other(bacula, backup, ours):
    here, there = OURS, BackupConfig(pools=(POOL,))
    backup.apply_config(here, SECRETS)
    for steps in range(100):
        try:
            opened(bacula, host=Dying(steps)).apply_config(there, SECRETS)
        except Killed:
            backup.undo_config()
        else:
            break

        assert [] in (backup.drift(here).strays, backup.drift(there).strays)
        backup.apply_config(there, SECRETS)
        assert (backup.drift(there).strays, left(ours)) == ([], [])
        here, there = there, here
    assert steps > 8


# ---- drift


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


def test_a_client_says_who_it_is_and_one_with_another_password_is_told_as_such(backup):
    assert backup.reach_client("local-fd").startswith("9.")
    with pytest.raises(PasswordRefused, match="stranger-fd at 127"):
        backup.reach_client("stranger-fd")
    with pytest.raises(ClientMissing):
        backup.reach_client("nobody-fd")


def test_what_a_client_must_say_names_the_secret_and_not_its_value(backup):
    said = backup.client_side(MAIL)

    assert 'Name = "calypso-dir"' in said
    assert "the value of the secret mail" in said
    assert SECRETS["mail"].get_secret_value() not in said
