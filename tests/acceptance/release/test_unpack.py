"""unpack.sh lays a real release out: whole or not at all, however often it is killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calypso import __version__
from deploy import source, wheels

pytestmark = pytest.mark.timeout(600)  # emulated or busy machines take minutes to lay one out
SCRIPT = source.ROOT / "deploy" / "scripts" / "unpack.sh"


def unpack(folder, target, **environment):
    return subprocess.run(
        [folder / "scripts" / "unpack.sh", folder, target],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def version_of(target):
    program = target / "bin" / "calypso"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def laid_out(folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("home") / "releases" / __version__
    done = unpack(folder, target)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def changed(folder, tmp_path):
    """A bundle of one's own to spoil; its big files are the same files."""
    return shutil.copytree(folder, tmp_path / folder.name, copy_function=os.link)


def test_the_release_runs_from_its_own_folder(laid_out):
    assert version_of(laid_out) == f"calypso {__version__}"
    assert (laid_out / "web" / "index.html").is_file()
    assert (laid_out / "migrations" / "env.py").is_file()
    for link in ("web", "migrations"):
        assert not (laid_out / link).readlink().is_absolute()
    for name in ("manifest.json", "scripts", "sbom.cdx.json", "SHA256SUMS.minisig"):
        assert (laid_out / name).exists()
    assert [one.name for one in laid_out.parent.iterdir()] == [__version__]


def test_its_process_is_of_this_release_and_hears_nothing_of_where_it_is_started(
    laid_out, tmp_path
):
    (tmp_path / "calypso").mkdir()
    (tmp_path / "calypso" / "__main__.py").write_text("print('not me')")
    (tmp_path / "celery.py").write_text("raise SystemExit('not me')")
    link = tmp_path / "current"
    link.symlink_to(laid_out)
    done = subprocess.run(
        [link / "bin" / "calypso", "--version"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.stdout == f"calypso {__version__}\n", done.stderr
    assert (laid_out / "venv" / "bin" / "python").resolve().is_relative_to(laid_out)


def test_it_is_compiled_and_traces_name_the_final_place(laid_out):
    packages = (laid_out / "web").resolve().parents[1]
    compiled = next((packages / "calypso" / "__pycache__").glob("wiring.*.pyc"))

    assert str(laid_out / "venv").encode() in compiled.read_bytes()
    assert b".partial" not in compiled.read_bytes()


def test_nothing_in_it_names_the_place_aside(laid_out):
    found = subprocess.run(
        ["grep", "-rlI", "--exclude=unpack.sh", rf"{__version__}\.partial", laid_out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert found.stdout.split() == [str(laid_out / "venv" / "pyvenv.cfg")]  # says how it was made


def test_doing_it_again_changes_nothing(folder, laid_out):
    before = {path: path.lstat().st_mtime_ns for path in laid_out.rglob("*")}
    started = time.monotonic()
    done = unpack(folder, laid_out)

    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 2
    assert {path: path.lstat().st_mtime_ns for path in laid_out.rglob("*")} == before


def test_another_build_is_not_written_over_it(changed, laid_out):
    (changed / "SHA256SUMS").unlink()
    (changed / "SHA256SUMS").write_text("another\n")
    done = unpack(changed, laid_out)

    assert done.returncode == 1
    assert "another build" in done.stderr
    assert version_of(laid_out) == f"calypso {__version__}"


MOMENTS = [
    "venv/bin/python", "venv/lib/python*/site-packages/celery",
    "venv/lib/python*/site-packages/calypso",
    "venv/lib/python*/site-packages/calypso/__pycache__", "web", "bin/calypso",
]  # fmt: skip


@pytest.mark.thorough  # each lays a release out twice
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_it_leaves_only_what_the_next_one_removes(folder, tmp_path, moment):
    target = tmp_path / "releases" / "1"
    partial = tmp_path / "releases" / "1.partial"
    process = subprocess.Popen(
        [folder / "scripts" / "unpack.sh", folder, target], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not list(partial.glob(moment)) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    assert not target.exists()
    assert [one.name for one in (tmp_path / "releases").iterdir()] == ["1.partial"]
    if moment != MOMENTS[-1]:  # a whole one takes long; the others would say the same
        return
    (partial / "left-over").write_text("x")
    done = unpack(folder, target)
    assert done.returncode == 0, done.stderr
    assert [one.name for one in (tmp_path / "releases").iterdir()] == ["1"]
    assert not (target / "left-over").exists()
    assert version_of(target) == f"calypso {__version__}"


def test_a_python_that_the_release_does_not_serve_is_refused_with_those_it_does(changed, tmp_path):
    for pins in (changed / "wheels").glob("requirements-*"):
        pins.rename(pins.with_name("requirements-2.7.txt"))
    done = unpack(changed, tmp_path / "releases" / "1", CALYPSO_PYTHON=sys.executable)

    assert done.returncode == 1
    assert "needs a Python of these" in done.stderr
    assert "2.7" in done.stderr
    assert "apt-get install" in done.stderr
    assert list((tmp_path / "releases").iterdir()) == []


def test_a_python_without_venv_is_refused(folder, tmp_path):
    fake = tmp_path / "python3"
    fake.write_text(f"#!/bin/sh\nexec {sys.executable} -S -c 'raise ImportError(\"venv\")'\n")
    fake.chmod(0o755)
    done = unpack(folder, tmp_path / "releases" / "1", CALYPSO_PYTHON=str(fake))

    assert done.returncode == 1
    assert "with its module venv" in done.stderr
    assert not (tmp_path / "releases" / "1.partial").exists()


def test_a_wheel_that_does_not_fit_or_was_changed_is_refused(changed, tmp_path):
    wheel = next((changed / "wheels").glob("celery-*.whl"))
    content = wheel.read_bytes()
    wheel.unlink()
    wheel.write_bytes(content + b"x")
    done = unpack(changed, tmp_path / "releases" / "1")

    assert done.returncode == 1
    assert "do not fit" in done.stderr
    assert "celery" in done.stderr
    assert list((tmp_path / "releases").iterdir()) == []  # a full disk needs the room


@pytest.mark.thorough  # lays a release out
def test_one_whose_python_went_with_an_upgrade_of_the_system_is_laid_out_anew(folder, tmp_path):
    target = tmp_path / "releases" / "1"
    (target / "venv/bin").mkdir(parents=True)
    (target / "venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    (target / "venv/bin/python").chmod(0o755)
    shutil.copy(folder / "SHA256SUMS", target)

    done = unpack(folder, target)

    assert done.returncode == 0, done.stderr
    assert version_of(target) == f"calypso {__version__}"
    assert [one.name for one in target.parent.iterdir()] == ["1"]


def test_two_at_a_time_take_turns(folder, laid_out):
    both = [
        subprocess.Popen([folder / "scripts" / "unpack.sh", folder, laid_out]) for _ in range(2)
    ]

    assert [process.wait(60) for process in both] == [0, 0]


def test_a_folder_that_is_no_bundle_is_refused(tmp_path):
    done = subprocess.run(
        [SCRIPT, tmp_path, tmp_path / "target"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "no manifest.json" in done.stderr


OURS = "{}.{}".format(*sys.version_info)
OTHERS = [python for python in wheels.PYTHONS if python != OURS]


def interpreter(python):
    """Return where a Python of this version is on this machine, or None."""
    beside = Path.home().glob(f".pyenv/versions/{python}.*/bin/python3")
    for place in filter(None, [shutil.which(f"python{python}"), *beside]):
        if not subprocess.run([place, "-c", ""], check=False, capture_output=True).returncode:
            return str(place)
    return None


@pytest.mark.thorough
@pytest.mark.parametrize("python", OTHERS)
def test_it_is_whole_under_every_python_that_it_says_it_serves(folder, tmp_path, python):
    place = interpreter(python)
    if place is None:
        pytest.skip(f"no Python {python} on this machine")
    target = tmp_path / "releases" / python
    done = unpack(folder, target, CALYPSO_PYTHON=place)
    assert done.returncode == 0, done.stderr
    pip = next((folder / "wheels").glob("pip-*.whl")) / "pip"
    checked = subprocess.run(
        [target / "venv" / "bin" / "python", pip, "check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.stdout == "No broken requirements found.\n", checked.stdout
    assert version_of(target) == f"calypso {__version__}"
