"""An appliance brought back from its backup: all is looked at before anything is changed.

Killed on the way, the same again goes on: a note says which backup was being restored.
"""

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from calypso.config.files import secret_line
from calypso.drivers.postgres_client import aside
from calypso.drivers.system import backup_file, etc_files
from calypso.drivers.system.appliance import Appliance, working
from calypso.drivers.system.backup_file import CATALOG, DATABASE, FILES, KEY, LOCKED, Manifest
from calypso.drivers.system.dump import restore_database
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.refusals import BackupDamaged, BackupTooNew
from calypso.drivers.system.sealing import Opener, identity_of, unlock
from calypso.models.clock import now

STAMP = "%Y%m%dT%H%M%SZ"


def check(source: Path, known_revisions: Collection[str]) -> Manifest:
    """Read all of a backup; refuse one that is damaged, or newer than this release."""
    manifest = backup_file.check(source)
    if manifest.schema_revision not in known_revisions:
        raise BackupTooNew(
            f"{source} was made by release {manifest.version}, whose database this release does "
            f"not know. Install {manifest.version} or a later one, and restore it there."
        )
    missing = {DATABASE + LOCKED, FILES + LOCKED} - set(manifest.items)
    if missing:
        raise BackupDamaged(f"{source} lacks {', '.join(sorted(missing))}.")
    return manifest


def is_going_on(layout: Layout, manifest: Manifest) -> bool:
    """Tell whether a restore of this very backup was begun here and did not end."""
    note = _note(layout)
    return note.exists() and json.loads(note.read_text("utf-8"))["backup"] == _name(manifest)


def restore(
    appliance: Appliance,
    source: Path,
    manifest: Manifest,
    opener: Opener,
    *,
    own: Mapping[str, str],
    migrate: Callable[[], None],
) -> Path | None:
    """Bring back the database, then the configuration; returns where a catalog's dump lies.

    `own`: settings of this machine that stay, by name; Invalid when secrets.env cannot hold one.
    `migrate`: brings the database up to this release; until it has, the restore is going on. What
    was in /etc/calypso is put aside beside it. Nothing is changed before everything was unlocked
    and compared.
    """
    layout = appliance.layout
    lines = {name: secret_line(name, value) for name, value in own.items()}
    with working(layout) as work:
        _unlock_all(source, manifest, opener, work)
        _begin(layout, manifest)
        restore_database(
            appliance.host, appliance.database_url, work / DATABASE, programs=appliance.programs
        )
        etc_files.unpack(work / FILES, layout.etc, own=lines)
        etc_files.name_node(layout.etc, manifest.node)
        catalog = _lay_out_catalog(layout, work)
        migrate()
        _note(layout).unlink()
    return catalog


def _unlock_all(source: Path, manifest: Manifest, opener: Opener, work: Path) -> None:
    with backup_file.opened(source) as tar:
        key = backup_file.member(tar, KEY).read() if KEY in manifest.items else None
        identity = identity_of(opener, key)
        for name in manifest.items:
            if name.endswith(LOCKED) and name != KEY:
                unlock(backup_file.member(tar, name), work / name.removesuffix(LOCKED), identity)
    if etc_files.manifest_of(work / FILES) != manifest.inner():
        raise BackupDamaged(f"Somebody has changed the manifest in {source} since it was made.")
    for name, told in manifest.contents.items():
        if backup_file.item_of(work / name) != told:
            raise BackupDamaged(f"{name} in {source} is not what was backed up.")
    etc_files.names(work / FILES)


def _begin(layout: Layout, manifest: Manifest) -> None:
    """Note what is being restored, and put aside what is here now."""
    note = _note(layout)
    kept = layout.etc.with_name(f"{layout.etc.name}.before-{now():{STAMP}}")
    if is_going_on(layout, manifest):
        kept = Path(json.loads(note.read_text("utf-8"))["kept"])
    layout.state.mkdir(parents=True, exist_ok=True)
    with aside(note) as part:
        part.write_text(json.dumps({"backup": _name(manifest), "kept": str(kept)}), "utf-8")
    etc_files.put_aside(layout.etc, kept)


def _lay_out_catalog(layout: Layout, work: Path) -> Path | None:
    if not (work / CATALOG).exists():
        return None
    layout.dumps.parent.mkdir(parents=True, exist_ok=True)
    target = layout.dumps.parent / f"restored-{CATALOG}"
    with aside(target) as part, (work / CATALOG).open("rb") as file, part.open("wb") as made:
        while block := file.read(backup_file.BLOCK_BYTES):
            made.write(block)
    return target


def _note(layout: Layout) -> Path:
    return layout.state / "appliance-restore.json"


def _name(manifest: Manifest) -> str:
    """Return what tells one backup from another."""
    return manifest.items[FILES + LOCKED].sha256
