"""What `up` runs beside the servers, and in which environment."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from calypso.config import Settings
from calypso.embedded.claim import TAG
from calypso.embedded.listening import Listen
from calypso.host.daemon import Daemon

PATHS = ("CALYPSO_CONFIG_DIR", "CALYPSO_STATE_DIR")  # children do not share our current folder


def command(*words: str) -> list[str]:
    """Return the argv of this very program with other words."""
    return [sys.executable, "-m", "calypso", *words]


def argvs(listen: Listen, workers: Sequence[str]) -> dict[str, list[str]]:
    """Return name → argv of everything that runs, in the order it is started."""
    return {
        "api": command("api", "--listen", str(listen)),
        **{f"worker-{name}": command("worker", name) for name in workers},
        "scheduler": command("scheduler"),
    }


def environment(
    data: Path, settings: Settings, listen: Listen, given: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of the children; `given` holds addresses and keys, and wins."""
    ours = {
        "CALYPSO_LISTEN": str(listen),
        "PYTHONUNBUFFERED": "1",  # so that a log's last line is what a program said last
        TAG: str(data),
        **{name: str(Path(os.environ[name]).resolve()) for name in PATHS if name in os.environ},
    }
    if "state_dir" not in settings.model_fields_set:
        ours["CALYPSO_STATE_DIR"] = str(data)
    return {**os.environ, **ours, **given}


def daemon(name: str, argv: Sequence[str], *, logs: Path, env: Mapping[str, str]) -> Daemon:
    """Start one of them and return it."""
    child = Daemon(name, argv, log=logs / f"{name}.log", env=env)
    child.start()
    return child
