"""What bdirjson and bsdjson print, as our resources, and what goes beyond them.

A password never leaves: where it is one of the secrets given, its name stands there, else UNKNOWN.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from calypso.drivers.backup.rendering.lines import CLIENT, JOB, POOL, STORAGE, key
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.drivers.backup.rendering.saying import Said, fileset, said_by
from calypso.errors import SubsystemError
from calypso.models.backup_config import (
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
    StorageResource,
)
from calypso.models.backup_job import JobResource
from calypso.models.backup_names import BackupResource

SHA = frozenset({"sha256", "sha512"})


@dataclass(frozen=True)
class Beyond:
    """A directive, or a whole resource (`directive` is empty), that ours cannot express."""

    kind: str
    name: str
    directive: str
    value: str


@dataclass(frozen=True)
class Found:
    """What a director is configured with."""

    config: BackupConfig
    beyond: tuple[Beyond, ...]


@dataclass(frozen=True)
class _Kind:
    """How resources of a kind are read, and where they stand in a configuration."""

    model: type[BackupResource]
    place: str
    read: Callable[..., Said]


KINDS = {
    "client": _Kind(ClientResource, "clients", partial(said_by, CLIENT)),
    "fileset": _Kind(FilesetResource, "filesets", fileset),
    "pool": _Kind(PoolResource, "pools", partial(said_by, POOL)),
    "storage": _Kind(StorageResource, "storages", partial(said_by, STORAGE)),
    "job": _Kind(JobResource, "jobs", partial(said_by, JOB)),
}


def read(director: str, secrets: Secrets, storage: str | None = None) -> Found:
    """Read the answer of bdirjson, and of bsdjson for the folders of storages."""
    names = {value.get_secret_value(): name for name, value in secrets.items()}
    devices = _devices(storage) if storage is not None else {}
    found: dict[str, list[BackupResource]] = {kind.place: [] for kind in KINDS.values()}
    beyond: list[Beyond] = []
    for name, given in _resources(director):
        if (kind := KINDS.get(name)) is None:
            continue
        said = kind.read(given, names)
        fields = {**said.fields, **devices.get(str(said.fields.get("device")), {})}
        who = str(said.fields.get("name"))
        beyond += (Beyond(name, who, directive, value) for directive, value in said.beyond)
        try:
            found[kind.place].append(kind.model.model_validate(fields))
        except ValidationError as wrong:
            beyond.append(Beyond(name, who, "", _why(wrong)))
    return Found(BackupConfig.model_validate(found), tuple(beyond))


def as_shown(config: BackupConfig) -> BackupConfig:
    """Return a configuration as any bdirjson shows it: 9.6's calls each SHA signature SHA1."""
    coarse = [
        one.model_copy(update={"signature": "sha1"}) if one.signature in SHA else one
        for one in config.filesets
    ]
    return config.model_copy(update={"filesets": tuple(coarse)})


def _resources(printed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give kind and directives of each resource; SubsystemError when it is not their JSON."""
    try:
        for resource in json.loads(printed, strict=False):
            for kind, given in resource.items():
                yield kind.casefold(), {key(name): value for name, value in given.items()}
    except (ValueError, AttributeError, TypeError):
        # Neither its text nor the cause: those have passwords in them.
        raise SubsystemError("Bacula's configuration could not be read as JSON.") from None


def _devices(printed: str) -> dict[str, dict[str, Any]]:
    """Return device or autochanger → folder and number of drives, of those that are folders."""
    resources = list(_resources(printed))
    folders = {
        given["name"]: given.get("archivedevice") for kind, given in resources if kind == "device"
    }
    changers = {
        given["name"]: given.get("device", []) for kind, given in resources if kind == "autochanger"
    }
    single = {name: {"directory": folder} for name, folder in folders.items()}
    return single | {
        name: {"directory": folders.get(drives[0]), "drives": len(drives)}
        for name, drives in changers.items()
        if drives
    }


def _why(wrong: ValidationError) -> str:
    """Return what does not fit, without the values."""
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}".removeprefix(": ")
        for one in wrong.errors(include_input=False, include_url=False)
    )
