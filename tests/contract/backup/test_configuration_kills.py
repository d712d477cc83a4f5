"""An apply that is cut anywhere: undone, or ended well, and never over what somebody wrote."""

import pytest

from calypso.drivers.backup import ConfigState
from calypso.host.local import LocalHost
from calypso.models.backup_config import BackupConfig
from tests.contract.backup.applying import (
    HOME,
    OURS,
    POOL,
    SECRETS,
    left,
    opened,
    strays,
)

pytestmark = pytest.mark.real("bacula")


@pytest.fixture
def backup(configurable):
    return configurable


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
