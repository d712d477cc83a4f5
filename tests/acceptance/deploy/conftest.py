"""A bundle of this checkout, and a folder to install it into.

The bundle's scripts and units are the real ones; what stands in is `unpack.sh`, which would bring
an environment of its own from wheels and here leads to this checkout's: tests/acceptance/release
proves the real one.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import calypso
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.minisign import SecretKey
from tests.conftest import missing

CHECKOUT = Path(__file__).parents[3]
FAKES = CHECKOUT / "tests/fakes/systemd"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
UNPACK = """#!/bin/bash
# Stands in for unpack.sh: the program of a checkout instead of wheels.
set -euo pipefail
[ ! -e "$2" ] || exit 0
mkdir -p "$2/bin"
cp -R "$1/scripts" "$1/deploy" "$1/manifest.json" "$1/SHA256SUMS" "$2"
printf '#!/bin/sh\\nexport PYTHONPATH=%s\\nexec %s -m calypso "$@"\\n' >"$2/bin/calypso"
chmod 755 "$2/bin/calypso"
"""


class Scripts:
    """An unpacked bundle, and the key it is signed with."""

    def __init__(self, folder, key, version):
        self.folder, self.key, self.version = folder, key, version

    def install(self, root, *words, script="install.sh", stdin="", path=PATH, **env):
        """Run a script of the bundle on a folder; returns how it ended."""
        trusted = ["--key", str(self.key)] if script == "install.sh" else []
        return subprocess.run(
            [str(self.folder / "scripts" / script), "--root", str(root), *trusted, *words],
            input=stdin, capture_output=True, text=True, timeout=300, check=False,
            env={"PATH": path, "LC_ALL": "C.UTF-8", "HOME": str(root), **env},
        )  # fmt: skip


class Bundle(Scripts):
    """A small bundle of this checkout, which a test may change and sign anew."""

    def __init__(self, folder, version=calypso.__version__):
        super().__init__(folder, folder.parent / f"{folder.name}.pub", version)
        self._secret = SecretKey.make()
        shutil.copytree(CHECKOUT / "deploy/scripts", folder / "scripts")
        for name in ("systemd", "sysusers.d", "tmpfiles.d", "logrotate.d", "etc"):
            if (CHECKOUT / "deploy" / name).is_dir():
                shutil.copytree(CHECKOUT / "deploy" / name, folder / "deploy" / name)
        unpack = folder / "scripts/unpack.sh"
        unpack.write_text(UNPACK % (CHECKOUT, sys.executable))
        unpack.chmod(0o755)
        (folder / "manifest.json").write_text(json.dumps({"version": version}, indent=1))
        self.key.write_text(self._secret.public.text())
        self.sign()

    def sign(self):
        files = sorted(
            file
            for file in self.folder.rglob("*")
            if file.is_file() and not file.name.startswith("SHA256SUMS")
        )
        lines = [
            f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(self.folder)}\n"
            for file in files
        ]
        sums = "".join(lines).encode()
        (self.folder / "SHA256SUMS").write_bytes(sums)
        signature = self._secret.sign(sums, comment="a test")
        (self.folder / "SHA256SUMS.minisig").write_text(signature)


@pytest.fixture(scope="session")
def needs_systemd():
    if os.geteuid() != 0:
        pytest.skip("accounts and owners of a folder are made by root only")
    for program in ("systemctl", "systemd-sysusers", "systemd-tmpfiles"):
        if shutil.which(program, path=PATH) is None:
            missing("systemd", f"there is no {program}: apt-get install systemd")


@pytest.fixture
def bundle(tmp_path, needs_systemd):
    return Bundle(tmp_path / "bundle")


@pytest.fixture
def root(tmp_path):
    """A folder that is to become the root of a machine: a system, and nothing else."""
    folder = tmp_path / "root"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    folder.chmod(0o755)
    return folder


@pytest.fixture
def settings(tmp_path, fresh_database, redis_url):
    """A file that names servers for the installation."""
    file = tmp_path / "settings.env"
    file.write_text(f"CALYPSO_DATABASE_URL='{fresh_database()}'\nCALYPSO_REDIS_URL='{redis_url}'\n")
    return file


@pytest.fixture
def installed(bundle, root, settings):
    ran = bundle.install(root, "--settings", str(settings))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Layout(root)


def refused(ran):
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stderr


def without(tmp_path, *programs):
    """A PATH on which everything is but these."""
    folder = tmp_path / "programs"
    if not folder.exists():
        folder.mkdir()
        for place in PATH.split(":"):
            for file in Path(place).iterdir():
                if file.name not in programs and not (folder / file.name).exists():
                    (folder / file.name).symlink_to(file)
    return str(folder)


def with_program(tmp_path, name, script):
    """A PATH on which a program is a script of the test's."""
    path = without(tmp_path, name)
    made = tmp_path / "programs" / name
    made.unlink(missing_ok=True)
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return path


def snapshot(folder):
    """Everything in a folder: kind, rights, owner and content, by path."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_uid,
            path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes(),
        )
        for path in sorted(folder.rglob("*"))
    }
