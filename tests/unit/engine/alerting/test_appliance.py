from dataclasses import replace
from datetime import timedelta

import pytest

from calypso.engine.alerting.appliance import BACKUP, EXPIRING, UNBACKED
from calypso.engine.alerting.watcher import WATCHES
from calypso.models.clock import now
from calypso.models.ledger import Ending
from tests.contract.store.making import DONE, claim, finish, new
from tests.unit.engine.alerting.viewing import LIMITS, active, look_at, only

DAY_S = 86400.0
FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "It is busy."})
ALERT = [("appliance_not_backed_up", "error")]


def end(ports, kind, ending=DONE):
    ports.jobs.submit(new(type=kind))
    finish(ports.jobs, claim(ports.jobs), ending)


def test_an_appliance_that_nobody_backs_up_is_an_alert_from_its_second_day_on(ports):
    look_at(ports, UNBACKED, in_s=9 * DAY_S)
    assert active(ports) == []  # nothing ever ran here: there is nothing to lose

    end(ports, "system.noop")
    look_at(ports, UNBACKED, in_s=0.9 * DAY_S)
    assert active(ports) == []
    look_at(ports, UNBACKED, in_s=1.1 * DAY_S)
    assert active(ports) == ALERT
    assert "No system.config_backup on record has succeeded" in only(ports).detail
    assert "calypso schedule add system.config_backup" in only(ports).detail


def test_a_backup_that_succeeds_ends_it_until_the_last_one_is_old(ports):
    end(ports, "system.noop")
    end(ports, BACKUP, FAILED)
    look_at(ports, UNBACKED, in_s=2 * DAY_S)
    assert active(ports) == ALERT

    end(ports, BACKUP)
    look_at(ports, UNBACKED, in_s=7.9 * DAY_S)
    assert active(ports) == []
    look_at(ports, UNBACKED, in_s=8.1 * DAY_S)
    assert "to succeed ended 20" in only(ports).detail


@pytest.mark.parametrize(("days", "told"), [(1.5, ALERT), (0, [])])
def test_how_old_is_a_setting_and_none_means_that_others_see_to_it(ports, days, told):
    end(ports, BACKUP)
    look_at(ports, UNBACKED, limits=replace(LIMITS, appliance_backup_days=days), in_s=2 * DAY_S)
    assert active(ports) == told


def test_somebody_looks():
    assert {UNBACKED, EXPIRING} <= set(WATCHES)


def certified(ports, days):
    expires_at = (now() + timedelta(days=days)).isoformat()
    row = {"subject": "CN=keep", "expires_at": expires_at}
    ports.inventory.replace("keep", "system/certificates", [("/etc/calypso/tls/server.crt", row)])


def test_a_certificate_is_an_alert_thirty_days_ahead_and_a_worse_one_seven_days(ports):
    levels = []
    for days in (30.1, 29.9, 7.1, 6.9, -0.1):
        certified(ports, days)
        look_at(ports, EXPIRING)
        levels.append([level for _, level in active(ports)])
    assert levels == [[], ["warning"], ["warning"], ["error"], ["critical"]]
    assert "server.crt" in only(ports).detail
    assert "systemctl reload calypso-api" in only(ports).detail

    certified(ports, 825)
    look_at(ports, EXPIRING)
    assert active(ports) == []
