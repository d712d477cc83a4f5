"""Turns this process into the API server."""

import os
import sys
from typing import NoReturn

from pydantic import SecretStr

from calypso.config import Settings


def serve(settings: Settings) -> NoReturn:
    """Become the server; it ends on SIGTERM.

    The program starts anew, since whoever called has imported what must be imported after the
    greenlets are set up. What was set travels in the environment, never in the arguments.
    """
    environment = {**os.environ, **as_environment(settings)}
    os.execve(sys.executable, [sys.executable, "-m", "api"], environment)  # noqa: S606 - no shell is wanted: it is ourselves


def as_environment(settings: Settings) -> dict[str, str]:
    """Return every setting that was given, as the environment says it."""
    found: dict[str, str] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        found[f"CALYPSO_{name.upper()}"] = text
    return found
