"""The files of /etc/calypso, line by line: what each says, and what of it cannot be read."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from calypso.errors import Invalid, Misconfigured

ETC = Path("/etc/calypso")
MAIN, OLD_MAIN, SECRETS = "calypso.yaml", "config.yaml", "secrets.env"
PREFIX = "CALYPSO_"
# Products with a file of their own below integrations/: its keys are settings without this word.
INTEGRATIONS = ("bacula", "bareos")
ENV_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


@dataclass(frozen=True)
class Place:
    """Where something was said: the line is 0 where it is the file as a whole."""

    file: Path
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


@dataclass(frozen=True)
class Said:
    """What one file says: a value for each setting it names, and in which line."""

    file: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    twice: Mapping[str, int] = field(default_factory=dict)
    fault: str = ""
    fault_line: int = 0

    def place(self, name: str) -> Place:
        """Return where a setting was said."""
        return Place(self.file, self.lines.get(name, 0))


def secret_line(name: str, value: str) -> str:
    """Return a line for secrets.env, as this, systemd and a shell read it; Invalid: none can."""
    if any(one in value for one in "'\\\n"):
        raise Invalid(f"{name} has a quote, a backslash or a line feed in it; encode it.")
    return f"{name}='{value}'"


class Files:
    """The files of one folder. Each is read once; one that is not there says nothing."""

    def __init__(self, etc: Path | None = None, *, handed: bool = True) -> None:
        self.etc = etc or Path(os.environ.get("CALYPSO_CONFIG_DIR", ETC))
        self._handed = handed

    @cached_property
    def yaml(self) -> tuple[Said, ...]:
        """All YAML files; what a later one says wins."""
        integrations = sorted((self.etc / "integrations").glob("*.yaml"))
        mains = [self.etc / name for name in (OLD_MAIN, MAIN) if _is_there(self.etc / name)]
        return (
            *(read_yaml(path, prefix=f"{path.stem}_") for path in integrations),
            *(read_yaml(path) for path in mains[-1:]),
        )

    @cached_property
    def secrets(self) -> Said:
        """What secrets.env says, by the names of the settings."""
        return read_env(self.secrets_file) if _is_there(self.secrets_file) else Said(self._own)

    @property
    def secrets_file(self) -> Path:
        """The secrets that systemd hands to this service, else those of the machine."""
        handed = Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / SECRETS
        return handed if self._handed and handed.is_absolute() and _is_there(handed) else self._own

    def readable_secrets(self) -> Path | None:
        """Return the secrets' file; None for who may not read it.

        An ordinary user of the command line needs none; a program that does is told by `noticed`.
        """
        return self.secrets_file if os.access(self.secrets_file, os.R_OK) else None

    def unread(self) -> str:
        """Return the sentence that says that there are secrets which this user may not read."""
        file = self.secrets_file
        if self.readable_secrets() is not None or not _is_there(file):
            return ""
        return f" {file} is there, and this user may not read it: do that as root, or as a service."

    @property
    def _own(self) -> Path:
        return self.etc / SECRETS


class FilesSource(PydanticBaseSettingsSource):
    """What the YAML files say, for Settings; Misconfigured when one cannot be understood."""

    def __init__(self, settings_cls: type[BaseSettings], files: Files) -> None:
        super().__init__(settings_cls)
        self._files = files

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Say nothing of one field alone: a call returns them all."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the values by the names of the settings."""
        found: dict[str, Any] = {}
        for said in self._files.yaml:
            if said.fault and _is_readable(said.file):
                raise Misconfigured(f"{Place(said.file, said.fault_line)}: {said.fault}")
            found |= said.values
        return found


def read_yaml(file: Path, *, prefix: str = "") -> Said:
    """Return what a YAML file says; `prefix` goes before each of its keys. Never raises."""
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except OSError as unreadable:
        return Said(file, fault=f"cannot be read: {unreadable.strerror}.")
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        return Said(
            file, fault=f"is not YAML: {wrong.problem}.", fault_line=mark.line + 1 if mark else 0
        )
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as wrong:
        return Said(file, fault=f"is not YAML: {wrong}.")
    if node is None:
        return Said(file)
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        return Said(file, fault="holds no `name: value` lines.", fault_line=1)
    keys = [(f"{prefix}{key.value}", key.start_mark.line + 1) for key, _ in node.value]
    named = {f"{prefix}{name}": value for name, value in values.items() if value is not None}
    return Said(file, named, dict(keys), _twice(keys))


def read_env(file: Path) -> Said:
    """Return what a file of NAME=value lines says, by the names of settings. Never raises.

    A name without the prefix of settings stands in it as it is written.
    """
    try:
        text = file.read_text(encoding="utf-8")
        values = dotenv_values(file, interpolate=False)
    except OSError as unreadable:
        return Said(file, fault=f"cannot be read: {unreadable.strerror}.")
    except UnicodeDecodeError:
        return Said(file, fault="is not text.")
    keys = [
        (_setting(match[1]), number)
        for number, line in enumerate(text.splitlines(), 1)
        if (match := ENV_LINE.match(line))
    ]
    named = {_setting(name): value for name, value in values.items() if value is not None}
    return Said(file, named, dict(keys), _twice(keys))


def _setting(name: str) -> str:
    """Return a variable's setting; of one that is for something else, its own name."""
    upper = name.upper()
    return upper.removeprefix(PREFIX).lower() if upper.startswith(PREFIX) else name


def _twice(keys: list[tuple[str, int]]) -> dict[str, int]:
    """Return the names that stand more than once, with the last line each."""
    first: dict[str, int] = {}
    return {name: line for name, line in keys if first.setdefault(name, line) != line}


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return False


def _is_readable(path: Path) -> bool:
    return os.access(path, os.R_OK)
