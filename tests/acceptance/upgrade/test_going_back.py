"""Going back to the release before, with the database as it is or as it was."""

import pytest

from tests.acceptance.upgrade.conftest import CHECK, CHECK_BACK, UNITS


def test_the_release_before_is_put_in_use_again(appliance):
    appliance.do("activate", "2.0.0")
    code, said = appliance.do("rollback")
    assert code == 0, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.previous == "2.0.0"
    assert len(appliance.dumps) == 1


def test_it_is_gone_back_from_a_release_whose_program_does_not_even_start(appliance):
    appliance.do("activate", "2.0.0")
    appliance.break_program("2.0.0")
    code, said = appliance.do("rollback")
    assert code == 0, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})


@pytest.mark.parametrize("point", ["migrate", "reload", CHECK.replace(" ", "-")])
def test_going_back_takes_a_change_that_is_half_done_back(appliance, point):
    appliance.release("0.9")
    (appliance.home / "previous").symlink_to("releases/0.9")
    appliance.killed_at(point, "activate", "2.0.0")
    code, said = appliance.do("rollback")
    assert code == 0, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.previous == "0.9"
    assert "gate: 1.0 → 2.0.0" not in said
    assert appliance.journal["step"] == "undone"


def test_going_back_that_was_killed_is_ended_by_the_same_call_and_does_not_turn_round(appliance):
    appliance.do("activate", "2.0.0")
    appliance.killed_at("reload", "rollback")
    code, said = appliance.do("rollback")
    assert code == 0, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.journal["step"] == "done"


def test_a_release_that_is_half_done_is_not_removed(appliance):
    for version in ("0.7", "3.0", "4.0.0.0"):
        appliance.release(version)
    appliance.killed_at("migrate", "activate", "0.7")
    assert appliance.do("gc", "--keep", "2")[0] == 0
    assert (appliance.home / "releases/0.7").is_dir()


def test_without_one_before_there_is_nothing_to_go_back_to(appliance):
    code, said = appliance.do("rollback")
    assert code == 1
    assert "Name one that is here" in said


def test_a_release_that_cannot_read_the_database_is_not_gone_back_to(appliance):
    appliance.release("3.0", needs="0013", floor="0012", at="0013")
    appliance.do("activate", "3.0")
    appliance.needs("1.0", floor="0012", at="0013")
    code, said = appliance.do("rollback")
    assert code == 1
    assert "--restore" in said
    assert (appliance.current, appliance.running) == ("3.0", {"3.0"})


def test_going_back_with_the_database_of_then_stops_all_and_loses_what_came_later(appliance):
    appliance.release("3.0", needs="0013", floor="0012", at="0013")
    appliance.do("activate", "3.0")
    appliance.execute("CREATE TABLE calypso.later (n int)")
    code, said = appliance.do("rollback", "--restore", "--yes")
    assert code == 0, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.execute("SELECT to_regclass('calypso.later')") == [(None,)]
    assert appliance.execute("SELECT count(*) > 0 FROM pg_tables WHERE schemaname = 'calypso'") == [
        (True,)
    ]
    stop, start = f"stop calypso-api.socket {' '.join(UNITS)}", "start calypso-api.socket"
    assert appliance.calls.index(stop) < [one[:24] for one in appliance.calls].index(start[:24])


def test_going_back_with_the_database_puts_by_what_is_lost_and_says_how_much_it_is(appliance):
    appliance.do("activate", "2.0.0")
    appliance.execute(
        "INSERT INTO calypso.users (id, name, password_hash, roles)"
        " VALUES (gen_random_uuid(), 'ada', '-', '{}')"
    )
    code, said = appliance.do("rollback", "--restore", "--yes")
    assert code == 0, said
    assert "0 jobs, 0 schedules, 1 accounts" in said
    assert appliance.execute("SELECT count(*) FROM calypso.users") == [(0,)]
    assert [one.name.rpartition("-")[2] for one in appliance.dumps] == ["1.0", "2.0.0"]
    assert appliance.do("rollback", "--restore", "--yes")[0] == 0
    assert appliance.current == "2.0.0"
    assert appliance.execute("SELECT name FROM calypso.users") == [("ada",)]


def test_going_back_that_does_not_serve_brings_release_and_database_of_before_again(appliance):
    appliance.do("activate", "2.0.0")
    appliance.execute("CREATE TABLE calypso.later (n int)")
    appliance.answer("1.0", CHECK_BACK, "storage@box does not answer")
    code, said = appliance.do("rollback", "--restore", "--yes")
    assert code == 1
    assert "2.0.0 is in use again" in said
    assert (appliance.current, appliance.running) == ("2.0.0", {"2.0.0"})
    assert appliance.execute("SELECT to_regclass('calypso.later') IS NULL") == [(False,)]


def test_going_back_with_the_database_asks_first(appliance):
    appliance.do("activate", "2.0.0")
    code, said = appliance.do("rollback", "--restore")
    assert code == 1
    assert "lost with it" in said
    assert "Go on?" in said
    assert appliance.running == {"2.0.0"}


@pytest.mark.parametrize("point", ["stop", "pg_restore", "start"])
def test_killed_while_the_database_is_brought_back_the_next_call_ends_it(appliance, point):
    appliance.do("activate", "2.0.0")
    appliance.execute("CREATE TABLE calypso.later (n int)")
    appliance.killed_at(point, "rollback", "--restore", "--yes")
    code, said = appliance.do("recover")
    assert code == 0, said
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.execute("SELECT to_regclass('calypso.later')") == [(None,)]


def test_old_dumps_go_with_old_releases_and_the_way_back_stays(appliance):
    for words in (["activate", "2.0.0"], ["rollback"], ["activate", "2.0.0"]):
        assert appliance.do(*words)[0] == 0
    first, second = appliance.dumps
    gone = appliance.dumps[0].with_name("20200101T000000Z-0.9")
    gone.mkdir()
    code, said = appliance.do("gc", "--keep", "2")
    assert (code, said.splitlines()) == (0, [f"{gone} is removed.", f"{first} is removed."])
    assert appliance.dumps == [second]
    assert appliance.do("rollback", "--restore", "--yes")[0] == 0


def test_no_dump_goes_while_a_change_is_half_done(appliance):
    appliance.killed_at("migrate", "activate", "2.0.0")
    before = appliance.dumps
    other = before[0].with_name("20200101T000000Z-0.9")
    other.mkdir()
    assert appliance.do("gc", "--keep", "2") == (0, "")
    assert appliance.dumps == [other, *before]


def test_a_release_that_was_fetched_is_not_removed_before_it_is_put_in_use(appliance):
    appliance.release("3.0.0.0")
    appliance.release("0.9")
    (appliance.home / "previous").symlink_to("releases/0.9")
    appliance.answer("2.0.0", CHECK, "storage@box does not answer")
    appliance.do("activate", "2.0.0")
    assert appliance.do("gc", "--keep", "2") == (0, "2.0.0 is removed.\n")
    assert appliance.do("activate", "3.0.0.0")[0] == 0
