"""A house of fakes with a clock of its own, for what schedulers do."""

from datetime import UTC, datetime, timedelta

from calypso.engine import schedule as scheduling
from calypso.engine.fire import Firer
from calypso.models.inventory import Capability, SubsystemStatus
from calypso.models.listing import JobQuery
from calypso.models.schedule import ScheduleSpec
from tests.fakes.ports import memory_house

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


class Machine:
    """A house of fakes with a clock that is put, and an uptime that goes on by itself."""

    def __init__(self):
        self.house = memory_house()
        self.ports = self.house.ports
        self.now, self.up_s = NOON - 30 * SECOND, 1000.0
        self.ports.schedules.time = self.ports.jobs._clock = lambda: self.now
        self.ports.schedules._ticked_at = self.now
        self.ada = self.house.accounts.add_user("ada", "a password", ["operator"])
        self.types = dict(self.house.types)
        self.firer = self.new_firer()

    def new_firer(self):
        return Firer(self.ports, self.types, history_days=30, uptime=lambda: self.up_s)

    def goes_on(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.up_s += seconds

    def schedule(self, **given):
        plain = {"name": "Hourly", "cron": "0 * * * *", "type": "system.noop"}
        return scheduling.add(
            self.ports, self.types, self.ada.actor(), ScheduleSpec(**{**plain, **given})
        )

    def slots(self, schedule):
        return self.ports.schedules.fires(schedule.id).items

    @property
    def jobs(self):
        return self.ports.jobs.page(JobQuery(limit=500)).items

    def serves(self, subsystem, *, available):
        able = Capability(product="fake", available=available, reason="No module")
        status = SubsystemStatus(
            node="keep", subsystem=subsystem, capability=able, observed_at=self.now
        )
        self.ports.inventory.report(status)
