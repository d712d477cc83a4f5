"""Everything that can be told of a configuration without starting anything."""

import base64
import binascii
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from calypso.config import certificates, dangers, spelling
from calypso.config.files import PREFIX, Files, Place
from calypso.config.problems import Problem, error, warning
from calypso.config.settings import Settings
from calypso.errors import Misconfigured

SECRETS_KEY_BYTES = 32
HIGHEST_PORT = 65535
URLS = tuple(name for name in dangers.SECRET_FIELDS if name.endswith("_url"))
NAMED_FILES = ("tls_certificate", "tls_key", "bareos_config")
OTEL_MISSING = (
    "is set, but OpenTelemetry is not installed, so no span is sent. A release brings it; "
    "elsewhere: pip install 'calypso[otel]'."
)


def check(files: Files, environment: Mapping[str, str] | None = None) -> list[Problem]:
    """Return all problems, the worst first; with an environment, its variables count as well."""
    given = environment or {}
    found = [*spelling.in_files(files), *spelling.in_environment(given), *dangers.of_files(files)]
    values, places = _merged(files, given)
    made, wrong = _settings(values, places)
    found += wrong
    if made is not None:
        found += _unusable(made, places)
        if made.mode == "production":
            found += [*_missing(made, files), *_nowhere(made, places)]
            found += dangers.of_values(made, places)
    return sorted(found, key=lambda one: -one.level)


def notice(files: Files | None = None) -> list[str]:
    """Return what whoever starts a program should read in its log: what was not read, and why."""
    looked = files or Files()
    told = [*spelling.in_files(looked), *spelling.in_environment(os.environ)]
    return [str(one) for one in told]


def _merged(
    files: Files, environment: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Place]]:
    """Return what is set in the end, and where."""
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for said in (*files.yaml, files.secrets):
        known = {name: value for name, value in said.values.items() if name in spelling.KNOWN}
        values |= known
        places |= {name: said.place(name) for name in known}
    for name in spelling.KNOWN:
        if (variable := f"{PREFIX}{name.upper()}") in environment:
            values[name] = environment[variable]
            places.pop(name, None)
    return values, places


class _Given(Settings):
    """Settings of what is handed over alone."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing else."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def _settings(
    values: Mapping[str, Any], places: Mapping[str, Place]
) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or what keeps them from being some. No value is repeated."""
    try:
        return _Given(**values), []
    except ValidationError as wrong:
        found = [(str((*one["loc"], "")[0]), one["msg"]) for one in wrong.errors()]
        return None, [
            error("invalid", f"{message}.", setting=name, place=places.get(name))
            for name, message in found
        ]
    except Misconfigured as wrong:
        return None, [error("invalid", wrong.detail)]


def _missing(settings: Settings, files: Files) -> Iterator[Problem]:
    for name in ("database_url", "redis_url", "secrets_key", "jwt_key"):
        if getattr(settings, name).get_secret_value():
            continue
        told = (
            f"is missing. Set {PREFIX}{name.upper()}= in {files.secrets.file}, or mode: "
            "development where `calypso up` brings its own."
        )
        # A node that only works serves no API: it has neither a certificate nor this key.
        if name == "jwt_key" and settings.tls_certificate is None:
            yield warning("missing", f"{told} A node with workers alone needs none.", setting=name)
        else:
            yield error("missing", told, setting=name)


def _unusable(settings: Settings, places: Mapping[str, Place]) -> Iterator[Problem]:
    key = settings.secrets_key.get_secret_value()
    if key and not _is_key(key):
        yield error(
            "invalid", f"is not {SECRETS_KEY_BYTES} bytes in base64: openssl rand -base64 32",
            setting="secrets_key", place=places.get("secrets_key"),
        )  # fmt: skip
    for name in URLS:
        if dangers.split(getattr(settings, name).get_secret_value()) is None:
            yield error("invalid", "is no address.", setting=name, place=places.get(name))
    for name in NAMED_FILES:
        file: Path | None = getattr(settings, name)
        if file is None or os.access(file, os.R_OK):
            if name == certificates.SETTING and file and (told := certificates.problem_of(file)):
                yield replace(told, place=places.get(name))
            continue
        what = "cannot be read by this user" if file.exists() else "is not there"
        yield error("no_file", f"{file} {what}.", setting=name, place=places.get(name))
    if settings.otel_endpoint and find_spec("opentelemetry") is None:
        yield warning("not_installed", OTEL_MISSING, setting="otel_endpoint",
                      place=places.get("otel_endpoint"))  # fmt: skip


def _nowhere(settings: Settings, places: Mapping[str, Place]) -> Iterator[Problem]:
    if not _is_address(settings.listen):
        yield error(
            "invalid",
            f"{settings.listen} is not ADDRESS:PORT. systemd, which listens, looks no names up; "
            "0.0.0.0 is every address of this machine.",
            setting="listen",
            place=places.get("listen"),
        )


def _is_address(listen: str) -> bool:
    try:
        ip_address(dangers.host_of(listen))
    except ValueError:
        return False
    port = listen.rpartition(":")[2]
    return port.isascii() and port.isdigit() and 0 < int(port) <= HIGHEST_PORT


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == SECRETS_KEY_BYTES
    except (binascii.Error, ValueError):
        return False
