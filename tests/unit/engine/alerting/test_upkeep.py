"""Pools and disks that still work, but want somebody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calypso.engine.alerting.upkeep import ERRORS, FAILING, FRAGMENTED, UNSCRUBBED
from calypso.models.clock import now
from tests.unit.engine.alerting.viewing import LIMITS, active, look_at, only


def tables(ports, *, pool=None, dataset=None, disk=None):
    for name, key, row in (
        ("storage/pools", "tank", pool),
        ("storage/datasets", "tank", dataset),
        ("storage/disks", "/dev/disk/by-id/ata-X_1", disk),
    ):
        if row is not None:
            ports.inventory.replace("keep", name, [(key, row)])


def days_ago(days):
    return (now() - timedelta(days=days)).isoformat()


def scan(state="finished", days=0.0):
    return {"scan": {"function": "scrub", "state": state, "finished_at": days_ago(days)}}


@pytest.mark.parametrize("counter", ["read_errors", "write_errors", "checksum_errors"])
def test_errors_of_a_pool_that_calls_itself_online_are_told_with_their_device(ports, counter):
    device = {"name": "sda", counter: 7}
    tables(ports, pool={"health": "ONLINE", counter: 7, "devices": [device, {"name": "sdb"}]})
    look_at(ports, ERRORS)
    alert = only(ports)
    assert alert.level == "warning"
    assert "7" in alert.detail
    assert "on sda." in alert.detail


def test_errors_that_were_cleared_are_no_alert(ports):
    tables(ports, pool={"checksum_errors": 7})
    look_at(ports, ERRORS)
    tables(ports, pool={"checksum_errors": 0})
    look_at(ports, ERRORS)
    assert active(ports) == []


@pytest.mark.parametrize(
    ("pool", "made", "is_overdue"),
    [
        (scan(days=34), 400, False),
        (scan(days=36), 400, True),
        (scan("canceled", days=36), 400, True),
        (scan("running", days=36), 400, False),
        (scan("paused", days=36), 400, False),
        ({}, 34, False),
        ({"scan": None}, 36, True),
    ],
)
def test_a_pool_nobody_has_read_for_long_is_overdue(ports, pool, made, is_overdue):
    tables(ports, pool=pool, dataset={"created_at": days_ago(made)})
    look_at(ports, UNSCRUBBED)
    assert active(ports) == ([("pool_unscrubbed/keep/tank", "warning")] if is_overdue else [])


def test_a_pool_of_unknown_age_that_was_never_read_is_not_called_overdue(ports):
    tables(ports, pool={})
    look_at(ports, UNSCRUBBED)
    assert active(ports) == []


def test_how_long_is_too_long_is_a_setting(ports):
    tables(ports, pool=scan(days=8))
    look_at(ports, UNSCRUBBED, limits=replace(LIMITS, scrub_overdue_days=7))
    assert len(active(ports)) == 1


def test_fragmented_free_space_is_told_and_does_not_flap(ports):
    told = []
    for percent in (79.0, 80.0, 78.5, 77.9, None):
        tables(ports, pool={"fragmentation_percent": percent})
        look_at(ports, FRAGMENTED)
        told.append(len(active(ports)))
    assert told == [0, 1, 1, 0, 0]


@pytest.mark.parametrize(("pool", "level"), [("tank", "critical"), (None, "warning")])
def test_a_disk_that_expects_to_fail_is_told(ports, pool, level):
    smart = {"health": "failed", "reason": "The disk expects to fail."}
    tables(ports, disk={"pool": pool, "serial": "S1", "smart": smart})
    look_at(ports, FAILING)
    assert only(ports).level == level
    assert "serial S1" in only(ports).detail


@pytest.mark.parametrize("health", ["passed", "unknown"])
def test_a_disk_that_is_well_or_does_not_say_is_no_alert(ports, health):
    tables(ports, disk={"smart": {"health": health}})
    look_at(ports, FAILING)
    assert active(ports) == []
