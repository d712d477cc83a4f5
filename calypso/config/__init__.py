"""Settings: integrations/*.yaml, calypso.yaml, secrets.env, CALYPSO_* in the environment.

What comes later in this row wins. Read in a door.
"""

from typing import Any

from calypso.config.files import ETC, Files
from calypso.config.settings import KNOWN_SUBSYSTEMS, Settings, default_node
from calypso.errors import Misconfigured

__all__ = ["ETC", "KNOWN_SUBSYSTEMS", "Settings", "default_node", "load"]


def load(**overrides: Any) -> Settings:
    """Read the settings once; Misconfigured with the setting's name when one cannot work."""
    try:
        return Settings(_env_file=Files().readable_secrets(), **overrides)
    except ValueError as wrong:
        raise Misconfigured(str(wrong)) from wrong
