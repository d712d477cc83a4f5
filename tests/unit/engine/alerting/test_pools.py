"""Pools: broken, full, and an alert that does not flap at its limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.engine.alerting.pools import BROKEN, FULL, fullness, health_level
from calypso.models.alert import Level
from tests.unit.engine.alerting.viewing import LIMITS, active, look_at, only


def pools(ports, **rows):
    ports.inventory.replace(
        "keep", "storage/pools", [(name, {"health": "ONLINE", **row}) for name, row in rows.items()]
    )


@pytest.mark.parametrize(
    ("row", "level"),
    [
        ({"health": "ONLINE"}, None),
        ({"health": "DEGRADED"}, Level.ERROR),
        ({"health": "ONLINE", "data_errors": 3}, Level.ERROR),
        ({"health": "FAULTED"}, Level.CRITICAL),
        ({"health": "UNAVAIL"}, Level.CRITICAL),
        ({"health": "SUSPENDED"}, Level.CRITICAL),
        ({"health": "ONLINE", "is_suspended": True}, Level.CRITICAL),
    ],
)
def test_health_decides_the_level(row, level):
    assert health_level(row) is level


@pytest.mark.parametrize(
    ("percent", "before", "level"),
    [
        (79.9, None, None),
        (80.0, None, Level.WARNING),
        (95.0, None, Level.CRITICAL),
        (78.0, Level.WARNING, Level.WARNING),
        (77.9, Level.WARNING, None),
        (93.0, Level.WARNING, Level.WARNING),
        (93.0, Level.CRITICAL, Level.CRITICAL),
        (92.9, Level.CRITICAL, Level.WARNING),
        (50.0, Level.CRITICAL, None),
    ],
)
def test_fullness_has_a_limit_to_rise_and_a_lower_one_to_fall(percent, before, level):
    assert fullness(percent, before, LIMITS) is level


@given(st.floats(0, 100), st.sampled_from([None, Level.WARNING, Level.CRITICAL]))
def test_a_pool_whose_fill_stays_keeps_its_level(percent, before):
    level = fullness(percent, before, LIMITS)
    assert fullness(percent, level, LIMITS) is level


def test_a_broken_pool_is_told_with_what_to_do_and_cleared_when_it_is_well(ports):
    pools(ports, tank={"health": "DEGRADED", "status": "One device is offline."}, vault={})
    look_at(ports, BROKEN)
    alert = only(ports)
    pools(ports, tank={}, vault={})
    look_at(ports, BROKEN)

    assert (alert.subject, alert.level, alert.subsystem) == ("tank", Level.ERROR, "storage")
    assert "One device is offline." in alert.detail
    assert active(ports) == []


def test_a_pool_that_is_gone_is_no_alert_any_more(ports):
    pools(ports, tank={"capacity_percent": 99.0})
    look_at(ports, FULL)
    assert active(ports) == [("pool_full/keep/tank", "critical")]

    pools(ports)
    look_at(ports, FULL)
    assert active(ports) == []


def test_looking_again_at_the_same_writes_nothing(ports):
    pools(ports, tank={"capacity_percent": 85.2})
    look_at(ports, FULL, FULL)
    pools(ports, tank={"capacity_percent": 85.4})
    look_at(ports, FULL)

    assert only(ports).count == 1


def test_the_same_pool_name_on_two_nodes_is_two_things(ports):
    for node in ("keep", "vault"):
        row = {"health": "FAULTED"}
        ports.inventory.replace(node, "storage/pools", [("tank", row)])
    look_at(ports, BROKEN)

    assert [key for key, _ in active(ports)] == [
        "pool_unhealthy/keep/tank", "pool_unhealthy/vault/tank",
    ]  # fmt: skip
