"""What `calypso doctor` finds on the machine."""

from datetime import timedelta

import pytest

from calypso.cli.checks import State, machine, servers
from calypso.models.clock import now
from calypso.models.schedule import ScheduleSpec
from tests.certificates import self_signed
from tests.fakes.ports import memory_house


@pytest.mark.parametrize(("days", "state"), [(31, State.OK), (29, State.WARN), (-1, State.BROKEN)])
def test_a_certificate_is_looked_at_before_it_expires(tmp_path, days, state):
    (found,) = machine.certificate(
        self_signed(tmp_path, "keep", "::1", ends_in=timedelta(days=days)).certificate
    )
    assert found.state is state


def test_where_no_certificate_is_named_there_is_nothing_to_say():
    assert machine.certificate(None) == []


def test_a_scheduler_that_is_missed_is_told_by_the_schedules_that_wait_for_it():
    store = memory_house().ports.schedules
    assert servers.schedules(store.overdue(by_s=60)).state is State.OK

    spec = ScheduleSpec(name="Nightly", cron="0 2 * * *", type="system.noop")
    store.add_schedule(spec, owner="ada", next_slot=now() - timedelta(days=1))
    found = servers.schedules(store.overdue(by_s=60))
    assert found.state is State.BROKEN
    assert "Nightly" in found.said
    assert "calypso scheduler" in found.mend
