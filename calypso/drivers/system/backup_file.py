"""A backup of the appliance as one file: a tar with a manifest in the clear, the rest locked.

    manifest.json       what made it, when, and of what; size and SHA-256 of each other file
    key.age             the key of this backup, for who knows the passphrase
    database.dump.age   Calypso's schema, by pg_dump
    files.tar.age       /etc/calypso, with the manifest once more: there nobody can change it
    catalog.dump.age    the catalog of a director, where one is configured

`tar x` and `age --decrypt` open it without Calypso.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from calypso.drivers.system.refusals import BackupDamaged, BackupTooNew

FORMAT = 1
MANIFEST, KEY = "manifest.json", "key.age"
DATABASE, FILES, CATALOG = "database.dump", "files.tar", "catalog.dump"
LOCKED = ".age"
BLOCK_BYTES = 1 << 20
MAX_MANIFEST_BYTES = 1 << 20


class Item(BaseModel):
    """One file of a backup, as it lies in it."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself without a key. `contents`: the plain files, before the lock."""

    model_config = ConfigDict(frozen=True)

    format: int
    product: str
    made_at: datetime
    node: str
    version: str
    schema_revision: str
    recipients: tuple[str, ...]
    passphrase: bool
    contents: Mapping[str, Item]
    items: Mapping[str, Item] = {}

    def inner(self) -> str:
        """Return what is locked in with the files: all but the locked files themselves."""
        return self.model_copy(update={"items": {}}).model_dump_json()


def item_of(path: Path) -> Item:
    """Measure a file."""
    with path.open("rb") as file:
        return _measured(file)


def write(target: Path, manifest: Manifest, files: Mapping[str, Path]) -> Manifest:
    """Write a backup of these locked files; returns the manifest that it has."""
    told = manifest.model_copy(update={"items": {name: item_of(p) for name, p in files.items()}})
    text = json.dumps(told.model_dump(mode="json"), indent=2).encode() + b"\n"
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_member(MANIFEST, len(text), told), io.BytesIO(text))
        for name, path in files.items():
            with path.open("rb") as file:
                tar.addfile(_member(name, path.stat().st_size, told), file)
    return told


def read_manifest(source: Path) -> Manifest:
    """Return what a backup says of itself; nothing of the rest is looked at."""
    with opened(source) as tar:
        return _manifest(tar, source)


@contextmanager
def opened(source: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup; whatever shows that it is none, or half of one, raises BackupDamaged."""
    try:
        with tarfile.open(source, "r:") as tar:
            yield tar
    except FileNotFoundError as missing:
        raise BackupDamaged(f"There is no file {source}.") from missing
    except (tarfile.TarError, EOFError, KeyError) as wrong:
        raise BackupDamaged(f"{source} is no backup of an appliance, or is truncated.") from wrong


def check(source: Path) -> Manifest:
    """Read all of a backup and compare it with what it says of itself."""
    with opened(source) as tar:
        manifest = _manifest(tar, source)
        for name, told in manifest.items.items():
            if _measured(member(tar, name)) != told:
                raise BackupDamaged(f"{name} in {source} is truncated or changed. Take another.")
    return manifest


def member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """Open one file of a backup."""
    file = tar.extractfile(name)
    if file is None:
        raise BackupDamaged(f"{name} in the backup is no file.")
    return file


def _manifest(tar: tarfile.TarFile, source: Path) -> Manifest:
    text = member(tar, MANIFEST).read(MAX_MANIFEST_BYTES)
    try:
        told = json.loads(text)
        if int(told["format"]) > FORMAT:
            raise BackupTooNew(
                f"{source} has format {told['format']} of release {told.get('version')}; this "
                f"release reads up to {FORMAT}. Restore it with that release or a later one."
            )
        return Manifest.model_validate(told)
    except (ValueError, TypeError, ValidationError) as wrong:
        raise BackupDamaged(f"The manifest in {source} cannot be read.") from wrong


def _measured(file: IO[bytes]) -> Item:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
        size += len(block)
    return Item(bytes=size, sha256=digest.hexdigest())


def _member(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    told = tarfile.TarInfo(name)
    told.size, told.mode, told.mtime = size, 0o600, int(manifest.made_at.timestamp())
    return told
