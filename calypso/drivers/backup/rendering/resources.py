"""The appliance's resources as blocks of bacula-dir.conf."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from calypso.drivers.backup.rendering.lines import CLIENT, JOB, OPTIONS, POOL, STORAGE, Fixed, Line
from calypso.drivers.backup.rendering.text import Block, Directive, Value
from calypso.errors import Invalid
from calypso.models.backup_config import BackupConfig, FilesetResource
from calypso.models.backup_names import BackupResource

Secrets = Mapping[str, SecretStr]


def blocks(config: BackupConfig, secrets: Secrets) -> Iterator[Block]:
    """Return a block for each resource; Invalid when a password is not among the secrets.

    No job has a schedule, and an incomplete run is not run again by itself.
    """
    for client in config.clients:
        yield Block("Client", list(_directives(client, CLIENT, secrets)))
    for fileset in config.filesets:
        yield _fileset(fileset)
    for pool in config.pools:
        yield Block("Pool", list(_directives(pool, POOL, secrets)))
    for storage in config.storages:
        yield Block("Storage", list(_directives(storage, STORAGE, secrets)))
    for job in config.jobs:
        yield Block("Job", list(_directives(job, JOB, secrets)))


def _fileset(one: FilesetResource) -> Block:
    """Return a fileset: what is left out by pattern comes first, for the first match decides."""
    leaving = [("Wild", pattern) for pattern in one.exclude_patterns]
    included = Block(
        "Include",
        [
            *([Block("Options", [*leaving, ("Exclude", True)])] if leaving else []),
            Block("Options", list(_directives(one, OPTIONS, {}))),
            *(("File", path) for path in one.include),
        ],
    )
    excluded = Block("Exclude", [("File", path) for path in one.exclude])
    parts = [included, *([excluded] if one.exclude else [])]
    return Block("FileSet", [("Name", one.name), *parts])


def _directives(
    one: BackupResource, lines: Iterable[Line | Fixed], secrets: Secrets
) -> Iterator[Directive]:
    for line in lines:
        if isinstance(line, Fixed):
            yield line.directive, line.value
        else:
            yield line.directive, _value(line, getattr(one, line.field), secrets)


def _value(line: Line, value: Any, secrets: Secrets) -> Value:
    if line.is_secret:
        return _secret(secrets, value)
    if value is None or (line.is_zero_silent and not value):
        return None
    if line.words:
        return line.words.get(value)
    return value  # type: ignore[no-any-return]


def _secret(secrets: Secrets, name: str) -> str:
    if name not in secrets:
        raise Invalid(f"There is no secret {name}, which is to hold a password. Store it first.")
    return secrets[name].get_secret_value()
