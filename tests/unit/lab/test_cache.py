"""The lab is built once, and what was cut short is never taken for whole."""

import shutil
import subprocess
import sys
import threading

import pytest

from tests.lab import cache


@pytest.fixture(autouse=True)
def kept_in(tmp_path, monkeypatch):
    monkeypatch.setenv("CALYPSO_LAB_DIR", str(tmp_path / "labs"))
    monkeypatch.delenv("CALYPSO_TEST_LAB", raising=False)
    monkeypatch.delenv("CALYPSO_LAB_GUEST", raising=False)
    if shutil.which("qemu-system-x86_64") is None:
        emulator = tmp_path / "bin" / "qemu-system-x86_64"
        emulator.parent.mkdir()
        emulator.write_text("#!/bin/sh\necho an emulator for asking its version\n")
        emulator.chmod(0o755)
        monkeypatch.setenv("PATH", f"{emulator.parent}:/usr/bin:/bin")
    cache.state.cache_clear()
    yield
    cache.state.cache_clear()


class Steps:
    """Two steps that count how often they are done."""

    def __init__(self, fails=()):
        self.done, self._fails = [], fails

    def __iter__(self):
        return iter(
            (lambda aside: self._do("image", aside), lambda aside: self._do("state", aside))
        )

    def _do(self, name, aside):
        assert list(aside.iterdir()) == []
        (aside / "half").touch()
        if name in self._fails:
            raise subprocess.CalledProcessError(1, name)
        self.done.append(name)


def test_it_is_built_once():
    steps = Steps()
    cache.build(steps)
    cache.build(steps)
    assert steps.done == ["image", "state"]


@pytest.mark.parametrize("fails", ["image", "state"])
def test_what_failed_is_not_there_and_is_made_from_nothing_next_time(fails):
    with pytest.raises(subprocess.CalledProcessError):
        cache.build(Steps(fails=[fails]))
    assert not cache.state().exists()
    cache.build(steps := Steps())
    assert steps.done[-1] == "state"
    assert (cache.state() / "half").exists()


def test_two_at_a_time_build_one():
    steps, entered, go = Steps(), threading.Event(), threading.Event()

    def slow(aside):
        entered.set()
        assert go.wait(10)
        steps._do("image", aside)

    first = threading.Thread(target=cache.build, args=([slow, next(iter(list(steps)[1:]))],))
    first.start()
    assert entered.wait(10)
    program = "from tests.lab import cache; cache.build([None, None])"  # they would not be callable
    second = subprocess.Popen([sys.executable, "-c", program], cwd=cache.HERE.parents[1])
    go.set()
    first.join()
    assert second.wait(30) == 0
    assert steps.done == ["image", "state"]


def test_another_recipe_is_another_lab(tmp_path, monkeypatch):
    before = cache.image(), cache.state()
    recipe = tmp_path / "image.sh"
    recipe.write_text("another")
    monkeypatch.setattr(cache, "IMAGE_FROM", (recipe,))
    cache.state.cache_clear()
    assert not {cache.image(), cache.state()} & set(before)


def test_each_suite_of_debian_has_a_lab_of_its_own_and_bookworm_is_meant_by_saying_nothing(
    monkeypatch,
):
    usual = cache.image(), cache.state()
    for asked, is_usual in (("bookworm", True), ("", True), ("trixie", False)):
        monkeypatch.setenv("CALYPSO_LAB_GUEST", asked)
        cache.state.cache_clear()
        assert [cache.image() in usual, cache.state() in usual] == [is_usual] * 2
        assert (asked or "bookworm") in cache.state().name


def test_the_recipe_is_told_which_suite_to_make(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "HERE", tmp_path)
    monkeypatch.setenv("CALYPSO_LAB_GUEST", "trixie")
    (tmp_path / "image.sh").write_text('echo "$1" >"$2/made"\n')
    cache.install(tmp_path)
    assert (tmp_path / "made").read_text() == "trixie\n"


def test_a_suite_there_is_no_lab_of_is_refused(monkeypatch):
    monkeypatch.setenv("CALYPSO_LAB_GUEST", "sid")
    with pytest.raises(ValueError, match="sid: the lab has bookworm and trixie"):
        cache.image()


def test_why_it_is_missing_is_said(monkeypatch):
    assert "make vm-lab GUEST=bookworm" in cache.why_missing()
    monkeypatch.setenv("CALYPSO_TEST_LAB", "off")
    assert "make vm-suite" in cache.why_missing()
