"""What `calypso doctor` finds on the machine."""

from datetime import timedelta

import pytest

from calypso.cli.checks import State, machine
from tests.certificates import self_signed


@pytest.mark.parametrize(("days", "state"), [(31, State.OK), (29, State.WARN), (-1, State.BROKEN)])
def test_a_certificate_is_looked_at_before_it_expires(tmp_path, days, state):
    (found,) = machine.certificate(
        self_signed(tmp_path, "keep", "::1", ends_in=timedelta(days=days)).certificate
    )
    assert found.state is state


def test_where_no_certificate_is_named_there_is_nothing_to_say():
    assert machine.certificate(None) == []
