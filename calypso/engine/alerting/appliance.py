"""The appliance itself: what would be lost with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from calypso.engine.alerting.pools import Row, key_of, rows_of
from calypso.engine.alerting.watch import View, Watch
from calypso.models.alert import Level, NewAlert
from calypso.models.job import State
from calypso.models.listing import JobQuery

BACKUP = "system.config_backup"
NEW_S = 86400.0  # for so long after its first job an installation is being set up
SELDOM_S = 60.0
CERTIFICATES = "system/certificates"
URGENT = (  # how long a certificate is good yet, the shortest first
    (timedelta(0), Level.CRITICAL),
    (timedelta(days=7), Level.ERROR),
    (timedelta(days=30), Level.WARNING),
)


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


def find_expiring(view: View) -> Iterator[NewAlert]:
    """Find certificates that expire soon, as workers last saw their files."""
    for row in rows_of(view, CERTIFICATES):
        expires_at = datetime.fromisoformat(str(row["expires_at"]))
        level = _urgency(expires_at - view.at)
        if level is not None:
            yield _expiring(row, expires_at, level)


UNBACKED = Watch("appliance_not_backed_up", find_unbacked, every_s=SELDOM_S)
EXPIRING = Watch("certificate_expires", find_expiring, every_s=SELDOM_S)


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


def _urgency(left: timedelta) -> Level | None:
    return next((level for limit, level in URGENT if left <= limit), None)


def _expiring(row: Row, expires_at: datetime, level: Level) -> NewAlert:
    happened = "has expired" if level is Level.CRITICAL else "expires soon"
    return NewAlert(
        key=key_of("certificate_expires", row),
        kind="certificate_expires",
        level=level,
        subject=str(row["key"]),
        title=f"The certificate of {row['node']} {happened}",
        detail=f"{row['key']} is good until {expires_at:%Y-%m-%d %H:%M} UTC; then browsers, "
        "programs and joining nodes refuse it. Put a new one there with its key, and: "
        "systemctl reload calypso-api.",
        node=str(row["node"]),
        subsystem="system",
    )
