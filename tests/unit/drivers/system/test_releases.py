"""Two links that only ever name whole releases, and what may be removed beside them."""

import os
import shutil
import signal

import pytest

from calypso.drivers.system.release_refusals import ReleaseInUse, ReleaseMissing
from calypso.drivers.system.releases import Releases
from tests.unit.drivers.system.machine import layout, release


@pytest.fixture
def here(tmp_path):
    made = layout(tmp_path)
    for day, version in enumerate(("0.8", "0.9", "1.0", "2.0"), start=1):
        release(made, version, day=day)
    return made


@pytest.fixture
def releases(here):
    return Releases(here)


def test_a_switch_remembers_what_was_in_use_before(releases, here):
    releases.switch("1.0")
    assert (releases.current(), releases.previous()) == ("1.0", None)
    releases.switch("2.0")
    assert (releases.current(), releases.previous()) == ("2.0", "1.0")
    assert here.current.readlink().parts == ("releases", "2.0")


def test_a_switch_to_what_is_in_use_forgets_nothing(releases):
    releases.switch("1.0")
    releases.switch("2.0")
    releases.switch("2.0")
    assert releases.previous() == "1.0"


def test_a_switch_that_was_killed_between_its_links_is_whole_after_the_next(releases, here):
    releases.switch("0.9")
    releases.switch("1.0")
    (here.home / "previous").unlink()
    (here.home / "previous").symlink_to("releases/1.0")  # the first of two links that 2.0 makes
    (here.home / "current.link").symlink_to("releases/2.0")  # and the second, not renamed yet
    releases.switch("2.0")
    assert (releases.current(), releases.previous()) == ("2.0", "1.0")


def test_no_link_is_ever_made_to_a_release_that_is_not_whole(releases, here):
    (here.release("3.0") / "bin").mkdir(parents=True)
    with pytest.raises(ReleaseMissing, match=r"Here: 2\.0, 1\.0, 0\.9, 0\.8"):
        releases.switch("3.0")
    assert not here.current.is_symlink()


@pytest.mark.parametrize("before", ["0.9", None])
def test_putting_back_leaves_both_links_as_they_were(releases, before):
    if before is not None:
        releases.switch(before)
    releases.switch("1.0")
    releases.switch("2.0")
    releases.put_back("1.0", before)
    assert (releases.current(), releases.previous()) == ("1.0", before)


def test_putting_back_names_no_release_before_that_has_gone_meanwhile(releases, here):
    releases.switch("2.0")
    shutil.rmtree(here.release("0.9"))
    releases.put_back("1.0", "0.9")
    assert (releases.current(), releases.previous()) == ("1.0", None)
    assert not (here.home / "previous").is_symlink()


def test_a_link_to_a_release_that_was_removed_by_hand_names_none(releases, here):
    releases.switch("1.0")
    releases.switch("2.0")
    shutil.rmtree(here.release("1.0"))
    assert releases.previous() is None


def test_one_release_that_does_not_say_what_it_is_hides_no_other(releases, here):
    (here.release("0.9") / "manifest.json").write_text('{"version": ')
    assert [one.version for one in releases.all()] == ["2.0", "1.0", "0.8"]
    with pytest.raises(ReleaseMissing, match="Here"):
        releases.described("7.0")


def test_what_is_being_unpacked_is_no_release_yet(releases, here):
    release(here, "3.0.partial")
    assert "3.0.partial" not in [one.version for one in releases.all()]


@pytest.mark.parametrize(
    ("keep", "besides", "spare"),
    [
        (2, (), ["0.9", "0.8"]),
        (3, (), ["0.8"]),
        (4, (), []),
        (99, (), []),
        (2, ("0.9",), ["0.8"]),
    ],
)
def test_what_may_go_is_never_in_use_nor_before_and_the_newest_stay(releases, keep, besides, spare):
    releases.switch("1.0")
    releases.switch("2.0")
    assert releases.spare(keep, besides=besides) == spare


def test_what_was_fetched_to_be_put_in_use_stays_unless_it_was_refused(releases, here):
    release(here, "3.0", day=9)
    releases.switch("0.8")
    releases.switch("1.0")
    assert releases.all()[0].version == "3.0"
    assert releases.spare(2) == ["0.9"]
    assert releases.spare(2, refused="2.0") == ["2.0", "0.9"]


def test_a_release_that_still_runs_may_not_go_also_where_the_folder_is_reached_by_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "opt").symlink_to("elsewhere")
    here = layout(tmp_path)
    program = release(here, "0.9") / "bin/sleep"
    shutil.copy2(shutil.which("sleep"), program)
    pid = os.posix_spawn(program, ["sleep", "60"], {})
    try:
        assert Releases(here).running() == {"0.9"}
        assert Releases(here).spare(0) == []
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_neither_the_release_in_use_nor_the_one_before_is_removed(releases):
    releases.switch("1.0")
    releases.switch("2.0")
    for version in ("1.0", "2.0"):
        with pytest.raises(ReleaseInUse):
            releases.remove(version)
    releases.remove("0.9")
    assert [one.version for one in releases.all()] == ["2.0", "1.0", "0.8"]


def test_a_removal_that_was_killed_is_ended_by_the_next_of_that_release(releases, here):
    (here.release("0.9.partial") / "bin").mkdir(parents=True)
    releases.remove("0.9")
    assert not here.release("0.9.partial").exists()
    with pytest.raises(ReleaseMissing):
        releases.remove("0.9")
