"""Build a release: one signed bundle that installs without a network. `make release` runs this.

The same source and the same wheels make the same bytes.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from alembic.script import ScriptDirectory

from calypso.drivers.system import archive, bundle
from calypso.drivers.system.bundle import Manifest
from calypso.drivers.system.minisign import SecretKey
from calypso.errors import CalypsoError
from deploy import sbom, source, wheels
from deploy.source import ROOT, Source

PLATFORM = "linux_x86_64"
LAID_OUT = ("systemd", "sysusers.d", "tmpfiles.d", "logrotate.d", "etc", "grafana", "prometheus")
DEVELOPMENT_KEY = "calypso-release/development.key"


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    asked = _arguments().parse_args(words)
    try:
        if asked.make_key:
            make_key(asked.make_key)
            return 0
        key = read_key(asked.key or development_key())
        made = build(key, out=asked.out, version=asked.version, extra=asked.extra)
    except CalypsoError as refused:
        print(f"release: {refused.detail}", file=sys.stderr)
        return 1
    print(f"{made}\nsigned with key {key.public.name}: {asked.out / 'calypso.pub'}")
    return 0


def build(
    key: SecretKey, *, out: Path, version: str | None = None, extra: Path | None = None
) -> Path:
    """Build the bundle of this checkout in `out` and return it; see `source.copy` for the rest."""
    with tempfile.TemporaryDirectory(prefix="calypso-release-") as work:
        made_of = source.copy(Path(work) / "source", version=version, extra=extra)
        folder = Path(work) / f"calypso-{made_of.version}"
        lay_out(folder, made_of)
        sums = bundle.write_sums(folder)
        signature = key.sign(sums, comment=f"calypso {made_of.version} {made_of.commit}")
        (folder / bundle.SIGNATURE).write_text(signature, encoding="utf-8")
        bundle.verify(folder, [key.public])
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"{folder.name}{archive.SUFFIX}"
        archive.pack(folder, target, at=made_of.at)
    (out / "calypso.pub").write_text(key.public.text(), encoding="utf-8")
    return target


def lay_out(folder: Path, made_of: Source) -> None:
    """Put all that belongs to the release into its folder, but checksums and signature."""
    place = folder / "wheels"
    place.mkdir(parents=True)
    own = source.wheel(made_of, place)
    found = {python: [own, *some] for python, some in wheels.collect(place).items()}
    for python, some in found.items():
        (place / f"requirements-{python}.txt").write_text(wheels.pins(some), encoding="utf-8")
    _copy_deploy(made_of.folder / "deploy", folder)
    (folder / bundle.MANIFEST).write_text(manifest(made_of, found).text(), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(sbom.text(made_of, found), encoding="utf-8")


def manifest(made_of: Source, found: Mapping[str, Sequence[Path]]) -> Manifest:
    """Return what the release says of itself; its last migration is read from the source."""
    folder = made_of.folder / "calypso" / "store" / "migrations"
    return Manifest(
        version=made_of.version,
        commit=made_of.commit,
        built=made_of.built,
        schema=ScriptDirectory(str(folder)).get_current_head(),
        pythons=tuple(found),
        platform=PLATFORM,
    )


def make_key(place: Path) -> None:
    """Write a new secret key, for its owner alone, and its public key beside it."""
    key = SecretKey.make()
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        raise SystemExit(f"{place} is there already; a key that has signed is not written over.")
    with open(place, "x", opener=_private, encoding="utf-8") as file:
        file.write(key.text())
    place.with_suffix(".pub").write_text(key.public.text(), encoding="utf-8")
    print(f"{place}: the secret key; keep it where releases are made, and nowhere else.")
    print(f"{place.with_suffix('.pub')}: the public key, for /etc/calypso/release-keys.")


def read_key(place: Path) -> SecretKey:
    """Return the key in a file; KeyWrong, SystemExit when it cannot be read."""
    try:
        return SecretKey.read(place.read_text(encoding="utf-8"), name=str(place))
    except OSError as missing:
        raise SystemExit(
            f"{place}: {missing.strerror}. `python -m deploy.release --make-key FILE` makes a key."
        ) from missing


def development_key() -> Path:
    """Return the key of this machine, which is made when there is none: not for appliances."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / DEVELOPMENT_KEY
    if not place.exists():
        make_key(place)
    print(f"No KEY= given: signing with the development key {place}")
    return place


def _copy_deploy(deploy: Path, folder: Path) -> None:
    for name in LAID_OUT:
        if (deploy / name).is_dir():
            shutil.copytree(deploy / name, folder / "deploy" / name)
    shutil.copytree(deploy / "scripts", folder / "scripts")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Build a release.", prog="release")
    parser.add_argument("--key", type=Path, help="secret key to sign with")
    parser.add_argument("--make-key", type=Path, metavar="FILE", help="make a key, and no release")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the bundle goes")
    parser.add_argument("--version", help="version instead of the one in calypso/__init__.py")
    parser.add_argument("--extra", type=Path, help="folder to lay over the source, for tests")
    return parser


if __name__ == "__main__":
    sys.exit(main())
