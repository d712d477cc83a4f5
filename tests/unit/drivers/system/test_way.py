"""A way back on a machine whose disk is full, or whose services fail: one release serves after."""

import json

import pytest
from pydantic import SecretStr

from calypso.drivers.system.activation import Activation
from calypso.drivers.system.keeping import Keeping
from calypso.drivers.system.release_refusals import UpgradeFailed, UpgradeUnfinished
from calypso.drivers.system.releases import Releases
from calypso.drivers.system.services import KEPT
from tests.unit.drivers.system.machine import ScriptedHost, layout, release

LISTED = f"systemctl list-units --all --plain --no-legend --full {' '.join(KEPT)}"
RUNS = (0, "calypso-worker@tape.service loaded active running Calypso\n", "")
WRITES = 4  # of the journal, on a way back: switch, reload, gate, done
SCHEMA = json.dumps({"at": "0011", "needs": "0011", "floor": None, "size_bytes": 1})


class Machine:
    """Runs 2.0, and 1.0 was before it."""

    def __init__(self, folder):
        self.layout = layout(folder)
        for day, version in enumerate(("1.0", "2.0"), start=1):
            release(self.layout, version, day=day)
            Releases(self.layout).switch(version)
        program = Releases(self.layout).program("1.0")
        self.answers = {LISTED: RUNS, f"{program} migrate --check": (0, SCHEMA, "")}
        self.said = []

    def activation(self, *, full=None):
        self.host = ScriptedHost(self.answers, full=full)
        keeping = Keeping(self.host, self.layout, SecretStr(""))
        return Activation(self.host, self.layout, keeping, "box", say=self.said.append)

    @property
    def in_use(self):
        return Releases(self.layout).current(), Releases(self.layout).previous()

    @property
    def laid_out(self):
        """Return the release whose units were laid out last."""
        found = [one for one in self.host.asked if "scripts/units.sh" in one]
        return found[-1].rpartition("/")[2] if found else None


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_a_way_back_writes_its_journal_before_each_step(machine):
    machine.activation(full=WRITES).rollback()
    assert (machine.in_use, machine.laid_out) == (("1.0", "2.0"), "1.0")
    assert machine.activation().recover() is None


@pytest.mark.parametrize("full", range(WRITES))
def test_a_disk_that_is_full_at_any_step_leaves_the_release_that_served(machine, full):
    with pytest.raises(UpgradeUnfinished, match="No space left"):
        machine.activation(full=full).rollback()
    assert (machine.in_use, machine.laid_out) == (("2.0", "1.0"), "2.0")
    machine.activation().recover()
    current, _ = machine.in_use
    assert machine.laid_out in {current, None}
    assert machine.activation().recover() is None


def test_what_cannot_even_be_undone_says_both_reasons_and_the_next_call_tries_again(machine):
    machine.answers["systemctl daemon-reload"] = (1, "", "systemd is away\n")
    with pytest.raises(UpgradeUnfinished, match=r"1\.0 does not serve.*going back to 2\.0 failed"):
        machine.activation().rollback()
    assert machine.activation().half_done() == {"1.0", "2.0"}
    del machine.answers["systemctl daemon-reload"]
    machine.activation().recover()
    assert (machine.in_use, machine.laid_out) == (("2.0", "1.0"), "2.0")
    assert machine.activation().half_done() == set()


def test_a_service_that_is_about_to_start_again_is_started_and_must_run(machine):
    waits = "calypso-api.service loaded activating auto-restart Calypso\n"
    machine.answers[LISTED] = (0, RUNS[1] + waits, "")
    with pytest.raises(UpgradeFailed, match=r"calypso-api\.service ended"):
        machine.activation().rollback()
    assert "systemctl start calypso-api.service" in machine.host.asked
    assert machine.in_use == ("2.0", "1.0")


def test_a_release_before_that_was_removed_is_not_gone_back_to(machine):
    (machine.layout.release("1.0") / "bin/calypso").unlink()
    with pytest.raises(Exception, match=r"Release 1\.0 is not in"):
        machine.activation().rollback()
    assert machine.in_use[0] == "2.0"
    assert machine.host.asked == []
