"""Puts the pages into a wheel: web/build.py makes them first."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Pages(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own plug-ins leave it open
    """Makes api/ui before a wheel is packed; a checkout's is made by `make setup`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build, but for an editable install."""
        if self.target_name != "wheel" or version == "editable":
            return
        place = Path(self.root) / "web" / "build.py"
        spec = importlib.util.spec_from_file_location("calypso_web_build", place)
        if spec is None or spec.loader is None:
            raise SystemExit(f"{place} is missing.")
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        made.build()
