"""Bacula beside an `up`: started where it can be had, gone on without where it cannot."""

from collections.abc import Callable, Sequence
from functools import partial

from calypso.config import Settings
from calypso.embedded.bacula import STOP_S, EmbeddedBacula
from calypso.embedded.bacula_packages import INSTALLING
from calypso.embedded.supervisor import Supervisor
from calypso.errors import CalypsoError

WAY_OUT = f"Install it ({INSTALLING}), or name a director in CALYPSO_BACULA_DIRECTOR."
FETCHING = "CALYPSO_BACKUP_PRODUCT=bacula has its packages fetched, 1.7 MB, and unpacked here."


def is_wanted(settings: Settings, workers: Sequence[str]) -> bool:
    """Tell whether an `up` with these workers is to have a Bacula of its own."""
    if settings.bacula_director:
        return False
    asked = settings.backup_product
    return asked == "bacula" or (asked == "auto" and "backup" in workers)


def start(
    bacula: EmbeddedBacula,
    owner_url: str | None,
    supervisor: Supervisor,
    *,
    may_fetch: bool,
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
        if not bacula.is_here and not may_fetch:
            say(f"Bacula is not started: its programs are not here. {WAY_OUT} {FETCHING}")
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
    return bacula.settings()
