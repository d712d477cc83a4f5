"""How far a change is outlives whoever makes it."""

from datetime import UTC, datetime

import pytest

from calypso.drivers.system.journal import Change, Journal, Step
from calypso.drivers.system.release_refusals import UpgradeUnfinished
from calypso.host.local import LocalHost
from tests.unit.drivers.system.machine import ScriptedHost

CHANGE = Change(
    version_from="1.0", version_to="2.0", began=datetime(2026, 1, 2, tzinfo=UTC),
    previous="0.9", units=("calypso-api.service",), dump="/srv/one",
)  # fmt: skip


@pytest.fixture
def journal(tmp_path):
    return Journal(LocalHost(), tmp_path / "upgrade/journal.json")


def test_what_is_written_is_read_again_and_nobody_else_may(journal):
    assert journal.read() is None
    assert journal.write(CHANGE) == CHANGE
    assert journal.read() == CHANGE
    assert journal.file.stat().st_mode & 0o777 == 0o600
    assert journal.file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("text", ["", "{", '{"step": "a later step"}', "[]"])
def test_one_that_cannot_be_read_is_refused_and_never_taken_for_none(journal, text):
    journal.write(CHANGE)
    journal.file.write_text(text)
    with pytest.raises(UpgradeUnfinished, match="remove the file"):
        journal.read()


def test_a_disk_that_is_full_leaves_what_was_written_before(journal):
    journal.write(CHANGE)
    full = Journal(ScriptedHost(full=0), journal.file)
    with pytest.raises(OSError, match="No space left"):
        full.write(CHANGE.model_copy(update={"step": Step.GATE}))
    assert journal.read() == CHANGE


@pytest.mark.parametrize("step", Step)
def test_a_change_is_open_until_it_is_done_or_undone(step):
    change = CHANGE.model_copy(update={"step": step})
    assert change.is_open == (step not in {Step.DONE, Step.UNDONE})
