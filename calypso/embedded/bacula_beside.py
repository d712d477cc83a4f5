"""Bacula beside an `up`: started where it can be had, gone on without where it cannot."""

from collections.abc import Callable
from functools import partial

from calypso.config import Settings
from calypso.embedded.bacula import STOP_S, EmbeddedBacula
from calypso.embedded.bacula_packages import INSTALLING
from calypso.embedded.supervisor import Supervisor
from calypso.errors import CalypsoError

WORKER = "worker-backup"  # who needs it
WAY_OUT = (
    f"Install it ({INSTALLING}), or name a director in CALYPSO_BACULA_DIRECTOR. "
    "CALYPSO_BACKUP_PRODUCT=none does without."
)


def taken(argvs: dict[str, list[str]], settings: Settings) -> dict[str, list[str]]:
    """Take out who must wait for a Bacula of this `up`: nobody where it is to have none."""
    is_wanted = not settings.bacula_director and _is_product(settings)
    return {WORKER: argvs.pop(WORKER)} if is_wanted and WORKER in argvs else {}


def _is_product(settings: Settings) -> bool:
    asked = settings.backup_product
    return asked == "bacula" or (asked == "auto" and settings.bareos_config is None)


def start(
    bacula: EmbeddedBacula,
    owner_url: str | None,
    supervisor: Supervisor,
    *,
    say: Callable[[str], None],
    pause: Callable[[float], None],
) -> dict[str, str]:
    """Start it and return the settings that lead to it; none, with the reason said, where not.

    `owner_url` is None where PostgreSQL is somebody else's: no roles are made there unasked.
    """
    try:
        if owner_url is None:
            say(f"Bacula is not started: CALYPSO_DATABASE_URL names a server. {WAY_OUT}")
            return {}
        if not bacula.is_here:
            say("Fetching Bacula's packages, 1.7 MB, this once.")
        bacula.prepare(owner_url, pause=pause)
        for name in bacula.names:
            supervisor.keep(name, partial(bacula.launch, name))
        bacula.wait_until_ready(pause=pause)
    except (CalypsoError, OSError) as failed:
        supervisor.end(bacula.names, grace_s=STOP_S, wait=pause)
        why = failed.detail if isinstance(failed, CalypsoError) else str(failed)
        say(f"Bacula is not started: {why} {WAY_OUT}")
        return {}
    say("Bacula is ready: a director, a storage and a file daemon of this calypso up alone.")
    return bacula.settings()
