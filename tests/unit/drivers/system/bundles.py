"""A small bundle, signed, for tests of those who take one."""

from calypso.drivers.system import bundle
from calypso.drivers.system.bundle import Manifest
from calypso.drivers.system.minisign import SecretKey

KEY = SecretKey.make()
MANIFEST = Manifest(
    version="1.2.0",
    commit="c0ffee",
    built="2026-01-02T03:04:05Z",
    schema="0011",
    pythons=("3.11", "3.12", "3.13"),
    platform="linux_x86_64",
)
# Lays out as much of a release as makes it one.
UNPACK = """#!/bin/bash
set -e
mkdir -p "$2/bin"
cp "$1/manifest.json" "$2/"
printf '#!/bin/sh\\n' >"$2/bin/calypso"
chmod 755 "$2/bin/calypso"
"""


def make(folder, manifest=None):
    """Write a signed bundle and return its folder."""
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "calypso-1.2.0-py3-none-any.whl").write_bytes(b"a wheel" * 1000)
    (folder / "scripts").mkdir()
    (folder / "scripts" / "unpack.sh").write_text(UNPACK)
    (folder / "scripts" / "unpack.sh").chmod(0o755)
    (folder / "manifest.json").write_text(manifest if manifest is not None else MANIFEST.text())
    sign(folder)
    return folder


def sign(folder, key=KEY):
    signature = key.sign(bundle.write_sums(folder), comment="calypso 1.2.0")
    (folder / "SHA256SUMS.minisig").write_text(signature)
