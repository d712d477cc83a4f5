"""One release takes the place of another, or nothing has changed, whoever is killed."""

import json

import pytest

from tests.acceptance.upgrade.conftest import CHECK, UNITS

ROLLED_BACK = "switch: {0} → {1}\nreload: {0} → {1}\ngate: {0} → {1}\n{1} is in use.\n"
LISTED = (
    "list-units --all --plain --no-legend --full "
    "calypso-api.service calypso-scheduler.service calypso-worker@*.service"
)
POINTS = {  # where it can be killed, and whether the new release is in `current` by then
    "--version": False,
    "config-check": False,
    "migrate---check": False,
    "pg_dump": False,
    "migrate": False,
    "daemon-reload": True,
    "reload": True,
    CHECK.replace(" ", "-"): True,
}


def test_it_checks_puts_by_migrates_switches_reloads_and_asks_in_this_order(appliance):
    code, said = appliance.do("activate", "2.0.0")
    assert code == 0, said
    assert appliance.calls == [
        LISTED,
        "2.0.0 --version",
        "2.0.0 config check",
        "2.0.0 migrate --check",
        "2.0.0 migrate",
        "units of 2.0.0",
        "daemon-reload ",
        LISTED,
        f"reload {' '.join(UNITS)}",
        LISTED,
        f"2.0.0 {CHECK}",
    ]
    assert (appliance.current, appliance.running) == ("2.0.0", {"2.0.0"})
    assert appliance.previous == "1.0"
    assert appliance.journal["step"] == "done"


def test_it_puts_the_database_and_the_configuration_by(appliance):
    appliance.do("activate", "2.0.0")
    (folder,) = appliance.dumps
    assert folder.name.endswith("-1.0")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "database.dump").stat().st_size > 1000
    assert (folder / "etc/calypso.yaml").read_text() == "log_level: info\n"
    assert json.loads((folder / "change.json").read_text())["version_to"] == "2.0.0"


def test_doing_it_again_changes_nothing(appliance):
    appliance.do("activate", "2.0.0")
    before = appliance.calls
    code, said = appliance.do("activate", "2.0.0")
    assert (code, appliance.calls) == (0, before)
    assert "in use already" in said


def test_a_release_that_is_not_here_is_refused_with_those_that_are(appliance):
    code, said = appliance.do("activate", "3.0")
    assert code == 1
    assert "Here: 2.0.0, 1.0" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--version", "does not run here"),
        ("config check", "cannot work with the configuration"),
        ("migrate --check", "database cannot be asked"),
        ("migrate", "schema stays as it was"),
    ],
)
def test_what_speaks_against_it_before_the_switch_changes_nothing(appliance, words, says):
    appliance.answer("2.0.0", words, "a made-up reason")
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert says in said
    assert "a made-up reason" in said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.previous is None
    assert appliance.journal["step"] == "undone"


def test_a_release_that_is_too_old_for_the_database_is_refused(appliance):
    appliance.release("0.9", needs="0007", floor="0009")
    code, said = appliance.do("activate", "0.9")
    assert code == 1
    assert "too old for the database" in said
    assert appliance.current == "1.0"


def test_no_room_for_the_dump_changes_nothing(appliance):
    schema = {"at": "0011", "needs": "0011", "floor": None, "size_bytes": 1 << 60}
    (appliance.home / "releases/2.0.0/schema").write_text(json.dumps(schema))
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "MiB free" in said
    assert "2.0.0 migrate" not in appliance.calls


def test_a_release_whose_programs_do_not_start_is_undone(appliance):
    (appliance.home / "releases/2.0.0/fails-to-start").touch()
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "1.0 is in use again" in said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.journal["step"] == "undone"


def test_a_release_whose_units_cannot_be_laid_out_is_undone_and_the_old_units_are_back(appliance):
    appliance.answer("2.0.0", "units", "a made-up reason")
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "a made-up reason" in said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert [one for one in appliance.calls if one.startswith("units")][-1] == "units of 1.0"


def test_what_is_undone_is_not_what_one_goes_back_to(appliance):
    appliance.release("3.0")
    appliance.do("activate", "2.0.0")
    (appliance.home / "releases/3.0/fails-to-start").touch()
    appliance.do("activate", "3.0")
    assert (appliance.home / "previous").readlink().name == "1.0"
    assert appliance.do("rollback")[0] == 0
    assert appliance.running == {"1.0"}


def test_a_release_that_starts_and_does_not_serve_is_undone(appliance):
    appliance.answer("2.0.0", CHECK, "storage@box does not answer")
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "2.0.0 does not serve: storage@box does not answer" in said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})


def test_a_change_that_is_undone_leaves_the_release_to_go_back_to_as_it_was(appliance):
    appliance.release("0.9")
    (appliance.home / "previous").symlink_to("releases/0.9")
    appliance.answer("2.0.0", CHECK, "storage@box does not answer")
    appliance.do("activate", "2.0.0")
    assert appliance.previous == "0.9"
    assert appliance.do("rollback") == (0, ROLLED_BACK.format("1.0", "0.9"))


def test_a_service_that_ends_after_it_was_reloaded_makes_it_undone(appliance):
    (appliance.systemd / "dies").write_text("calypso-api.service")
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "calypso-api.service ended" in said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})


def test_who_changes_releases_does_so_alone_and_says_who_it_is(appliance):
    appliance.release("3.0")
    with appliance.stopped_at("migrate", "activate", "2.0.0") as first:
        for words in (["activate", "3.0"], ["rollback"], ["recover"], ["gc"], ["fetch", "/x"]):
            code, said = appliance.do(*words)
            assert code == 1
            assert "putting 2.0.0 in use (process" in said
            assert str(first.pid) in said
        assert appliance.journal["step"] == "migrate"
    assert appliance.do("activate", "3.0")[0] == 0


@pytest.mark.parametrize("then", ["activate", "recover"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_one_release_is_whole_and_the_next_call_ends_it(appliance, point, then):
    appliance.killed_at(point, "activate", "2.0.0")
    assert appliance.current == ("2.0.0" if POINTS[point] else "1.0")
    assert (appliance.home / "current/bin/calypso").is_file()
    code, said = appliance.do(*(["activate", "2.0.0"] if then == "activate" else ["recover"]))
    goes_on = then == "activate" or POINTS[point]
    assert code == (0 if goes_on else 1), said
    assert appliance.current == ("2.0.0" if goes_on else "1.0")
    assert appliance.running == {appliance.current}
    assert appliance.journal["step"] == ("done" if goes_on else "undone")
    assert not [one for one in appliance.dumps if one.name.endswith(".partial")] or not goes_on


@pytest.mark.parametrize("point", ["daemon-reload", "reload"])
def test_killed_while_it_is_undone_the_next_call_undoes_it(appliance, point):
    appliance.answer("2.0.0", CHECK, "it does not answer")
    appliance.killed_at(CHECK.replace(" ", "-"), "activate", "2.0.0")
    appliance.killed_at(point, "recover")  # goes on first, so it is killed on its way forth
    (appliance.home / "releases/2.0.0/fails-to-start").touch()
    code, said = appliance.do("recover")
    assert code == 1, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.do("recover") == (0, "Nothing is half done.\n")


def test_another_release_waits_until_a_change_that_is_half_done_has_ended(appliance):
    appliance.release("3.0")
    appliance.killed_at("reload", "activate", "2.0.0")
    code, said = appliance.do("activate", "3.0")
    assert code == 1
    assert "calypso release recover" in said
    appliance.do("recover")
    assert appliance.do("activate", "3.0")[0] == 0
    assert appliance.running == {"3.0"}


# ---- what is there


def test_the_list_says_which_is_in_use_and_which_was_before(appliance):
    appliance.do("activate", "2.0.0")
    code, said = appliance.do("list")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["2.0.0", "1.0"]
    assert said.splitlines()[0].endswith("current")
    assert said.splitlines()[1].endswith("previous")


def test_old_releases_go_and_the_one_in_use_and_the_one_before_stay(appliance):
    for version in ("0.7", "0.8", "0.9"):
        appliance.release(version)
    appliance.do("activate", "2.0.0")
    code, said = appliance.do("gc", "--keep", "3")
    assert code == 0
    assert said.splitlines() == ["0.8 is removed.", "0.7 is removed."]
    left = sorted(one.name for one in (appliance.home / "releases").iterdir())
    assert left == ["0.9", "1.0", "2.0.0"]
