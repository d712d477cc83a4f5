"""The appliance itself: what would be lost with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from calypso.engine.alerting.watch import View, Watch
from calypso.models.alert import Level, NewAlert
from calypso.models.job import State
from calypso.models.listing import JobQuery

BACKUP = "system.config_backup"
NEW_S = 86400.0  # for so long after its first job an installation is being set up
SELDOM_S = 60.0


def find_unbacked(view: View) -> Iterator[NewAlert]:
    """Find that nobody has backed up the appliance for too long, or ever."""
    days, since = view.limits.appliance_backup_days, _first_job(view)
    if not days or since is None or view.at - since < timedelta(seconds=NEW_S):
        return
    last = _last_backup(view)
    if last is None or view.at - last >= timedelta(days=days):
        yield NewAlert(
            key="appliance_not_backed_up",
            kind="appliance_not_backed_up",
            level=Level.ERROR,
            subject="appliance",
            title="The appliance is not backed up",
            detail=f"{_words(last)} If this machine is lost, so are its jobs, schedules, accounts, "
            f"stored secrets and settings. Give {BACKUP} a schedule (calypso schedule add {BACKUP} "
            "--help), to a folder on another machine's disk, and keep what opens it elsewhere.",
            subsystem="system",
        )


UNBACKED = Watch("appliance_not_backed_up", find_unbacked, every_s=SELDOM_S)


def _first_job(view: View) -> datetime | None:
    found = view.ports.jobs.page(JobQuery(sort="created_at", limit=1)).items
    return found[0].created_at if found else None


def _last_backup(view: View) -> datetime | None:
    asked = JobQuery(types=[BACKUP], states=[State.SUCCEEDED], sort="-finished_at", limit=1)
    found = view.ports.jobs.page(asked).items
    return found[0].finished_at if found else None


def _words(last: datetime | None) -> str:
    if last is None:
        return f"No {BACKUP} on record has succeeded."
    return f"The last {BACKUP} to succeed ended {last:%Y-%m-%d %H:%M} UTC."
