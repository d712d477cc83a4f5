"""The appliance itself: backed up to one file, and brought back from it on an empty machine."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from calypso import __version__
from calypso.config import Settings
from calypso.drivers.postgres_client import PARTIAL, alone, aside
from calypso.drivers.system import backup_file, etc_files
from calypso.drivers.system.backup_file import CATALOG, DATABASE, FILES, KEY, LOCKED, Manifest
from calypso.drivers.system.dump import dump_database, revision
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.refusals import BackupFailed
from calypso.drivers.system.sealing import Lock, Seal
from calypso.host import Host
from calypso.models.clock import now

PRODUCT = "calypso"
WORK = "appliance-backup"
Step = Callable[[str, int], None]  # a phase, and the bytes of it


@dataclass(frozen=True)
class Appliance:
    """What is backed up. `catalog_url`: of a director's catalog, None where there is none."""

    host: Host
    layout: Layout
    database_url: SecretStr
    node: str
    version: str
    catalog_url: SecretStr | None = None
    programs: Path | None = None
    catalog_programs: Path | None = None

    @classmethod
    def by(cls, settings: Settings, host: Host) -> Self:
        """Return what of this machine is backed up, as the settings have it."""
        catalog = settings.bacula_catalog_url
        return cls(
            host,
            Layout(settings.root),
            settings.database_url,
            settings.node,
            __version__,
            catalog_url=catalog if catalog.get_secret_value() else None,
            programs=settings.postgres_programs,
            catalog_programs=settings.bacula_pg_programs,
        )


def keep_newest(folder: Path, node: str, keep: int) -> tuple[str, ...]:
    """Remove all but the newest backups of this node from a folder; returns their names."""
    made = sorted(path for path in folder.iterdir() if _name_of(node).fullmatch(path.name))
    older = made[:-keep]
    for path in older:
        path.unlink(missing_ok=True)
    return tuple(path.name for path in older)


def backup_name(node: str) -> str:
    """Return a file's name for a backup made now."""
    return f"calypso-{node}-{now():%Y%m%dT%H%M%SZ}.tar"


def back_up(
    appliance: Appliance,
    target: Path,
    lock: Lock,
    *,
    step: Step = lambda _phase, _bytes: None,
) -> Manifest:
    """Write a backup of the appliance to a new file, and return its manifest; BackupFailed.

    The file has its name only when it is whole and on the disk. What is in the clear on the way
    lies on this machine alone, never where the file goes.
    """
    seal = Seal(lock)
    with _told(target), working(appliance.layout) as work, aside(target) as part:
        _forget_others(target)
        plain = _dumps(appliance, work, step)
        manifest = _manifest(appliance, lock, plain)
        plain[FILES] = work / FILES
        etc_files.pack(appliance.layout.etc, plain[FILES], manifest.inner())
        locked = _locked(seal, plain, work, step)
        return backup_file.write(part, manifest, locked)


def make_folder(folder: Path) -> None:
    """Have a folder for backups, which only its owner may enter when it is new; BackupFailed."""
    with _told(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def working(layout: Layout) -> Iterator[Path]:
    """Lend an empty folder for what must not stay; what a killed one left is removed."""
    folder = layout.private / WORK
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(folder.with_suffix(".lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Have what the disk refuses be an answer, and no defect of ours."""
    try:
        yield
    except OSError as failed:
        where = f" ({failed.filename})" if failed.filename else ""
        raise BackupFailed(
            f"{target} was not written: {failed.strerror or failed}{where}. Make room, or name "
            "another place that the system worker may write to, such as a folder below /srv, "
            "/mnt or /media. Earlier backups are as they were.",
            original=str(failed),
        ) from failed


def _forget_others(target: Path) -> None:
    """Remove what killed backups left beside a target: only one is made at a time."""
    for left in target.parent.glob(f".calypso-*.tar{PARTIAL}"):
        if left.name != f".{target.name}{PARTIAL}":
            left.unlink(missing_ok=True)


def _name_of(node: str) -> re.Pattern[str]:
    return re.compile(rf"calypso-{re.escape(node)}-\d{{8}}T\d{{6}}Z\.tar")


def _dumps(appliance: Appliance, work: Path, step: Step) -> dict[str, Path]:
    """Dump the databases there are; returns the files by their names in a backup."""
    made = {DATABASE: work / DATABASE}
    host, url = appliance.host, appliance.database_url
    dump_database(
        host,
        url,
        made[DATABASE],
        programs=appliance.programs,
        step=lambda done: step("dumping the database", done),
    )
    if appliance.catalog_url is not None:
        made[CATALOG] = work / CATALOG
        dump_database(
            host,
            appliance.catalog_url,
            made[CATALOG],
            programs=appliance.catalog_programs,
            step=lambda done: step("dumping the catalog", done),
            schema=None,
        )
    return made


def _manifest(appliance: Appliance, lock: Lock, dumps: dict[str, Path]) -> Manifest:
    return Manifest(
        format=backup_file.FORMAT,
        product=PRODUCT,
        made_at=now(),
        node=appliance.node,
        version=appliance.version,
        schema_revision=revision(appliance.host, appliance.database_url),
        recipients=tuple(lock.recipients),
        passphrase=lock.passphrase is not None,
        contents={name: backup_file.item_of(path) for name, path in dumps.items()},
    )


def _locked(seal: Seal, plain: dict[str, Path], work: Path, step: Step) -> dict[str, Path]:
    """Lock each file; the plain one is gone at once."""
    made: dict[str, Path] = {}
    if seal.key is not None:
        made[KEY] = work / KEY
        made[KEY].write_bytes(seal.key)
    for name, path in plain.items():
        made[name + LOCKED] = work / (name + LOCKED)
        seal.lock(path, made[name + LOCKED], step=partial(step, f"locking {name}"))
        path.unlink()
    return made
