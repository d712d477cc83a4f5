"""What systemctl is asked, and how its answer is read."""

import pytest

from calypso.drivers.system.release_refusals import ServiceFailed
from calypso.drivers.system.services import KEPT, SOCKETS, Services
from tests.unit.drivers.system.machine import ScriptedHost

LIST = "systemctl list-units --all --plain --no-legend --full"
UNITS = """\
calypso-api.service             loaded    active     running Calypso API
calypso-scheduler.service       loaded    activating auto-restart Calypso scheduler
calypso-worker@backup.service   loaded    failed     failed  Calypso worker: backup
calypso-worker@storage.service  loaded    reloading  reload  Calypso worker: storage
calypso-worker@tape.service     loaded    inactive   dead    Calypso worker: tape
"""


def services(answers=None):
    host = ScriptedHost(answers)
    return Services(host), host


def test_what_runs_is_what_is_active_or_reloads():
    made, _ = services({f"{LIST} {' '.join(KEPT)}": (0, UNITS, "")})
    assert made.active() == ["calypso-api.service", "calypso-worker@storage.service"]


def test_what_is_wanted_is_also_what_is_about_to_start_again():
    made, _ = services({f"{LIST} {' '.join(KEPT)}": (0, UNITS, "")})
    assert made.wanted() == [
        "calypso-api.service", "calypso-scheduler.service", "calypso-worker@storage.service",
    ]  # fmt: skip


def test_a_machine_with_none_of_our_services_has_none():
    made, _ = services()
    assert (made.active(), made.wanted(), made.sockets()) == ([], [], [])


def test_the_socket_is_asked_for_apart():
    listed = "calypso-api.socket loaded active running Where the Calypso API is reached\n"
    made, _ = services({f"{LIST} {' '.join(SOCKETS)}": (0, listed, "")})
    assert made.sockets() == ["calypso-api.socket"]


def test_nothing_to_do_asks_for_nothing():
    made, host = services()
    made.reload([])
    made.stop([])
    made.start([])
    assert host.asked == []


@pytest.mark.parametrize("verb", ["reload", "stop", "start"])
def test_all_units_are_asked_at_once_and_a_refusal_says_what_systemd_said(verb):
    asked = f"systemctl {verb} a.service b.service"
    made, host = services({asked: (1, "", "Job for a.service failed.\n")})
    with pytest.raises(ServiceFailed, match=rf"systemctl {verb}: Job for a\.service failed\."):
        getattr(made, verb)(["a.service", "b.service"])
    assert host.asked == [asked]
