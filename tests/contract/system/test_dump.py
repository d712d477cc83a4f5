"""Calypso's own database dumped and restored by the real programs."""

import os
import signal
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from calypso.drivers.postgres_client import aside
from calypso.drivers.system import dump
from calypso.drivers.system.dump import dump_database, restore_database
from calypso.drivers.system.refusals import (
    DatabaseAway,
    DatabaseBusy,
    DatabaseForbids,
    DatabaseProgramsMissing,
    DumpDamaged,
    DumpFailed,
    NoRoom,
)
from calypso.errors import InUse, JobCancelled, Misconfigured
from calypso.host.local import LocalHost
from calypso.models.database import libpq
from calypso.store import migrate
from tests.contract.system.conftest import OLDER, sql, words

pytestmark = pytest.mark.postgres


@pytest.fixture
def dumped(calypso_database, programs, tmp_path):
    target = tmp_path / "calypso.dump"
    dump_database(LocalHost(), calypso_database, target, programs=programs)
    return target


def test_what_was_dumped_is_back_in_an_empty_database(
    dumped, calypso_database, programs, fresh_database
):
    other = fresh_database()
    restore_database(LocalHost(), SecretStr(other), dumped, programs=programs)

    assert words(other) == ["here"]
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'calypso'"
    assert sql(other, tables) == sql(calypso_database, tables)
    migrate.upgrade(other)
    assert words(other) == ["here"]


def test_a_dump_tells_its_size_and_is_for_its_owner_alone(calypso_database, programs, tmp_path):
    target = tmp_path / "calypso.dump"
    size = dump_database(LocalHost(), calypso_database, target, programs=programs)
    assert size == target.stat().st_size > 1000
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_restore_takes_what_came_after_the_dump_away(dumped, calypso_database, programs):
    sql(calypso_database, "INSERT INTO calypso.kept VALUES ('later')")
    sql(calypso_database, "CREATE TABLE calypso.of_a_newer_release (at int)")

    restore_database(LocalHost(), calypso_database, dumped, programs=programs)

    assert words(calypso_database) == ["here"]
    assert sql(calypso_database, "SELECT to_regclass('calypso.of_a_newer_release')") == [(None,)]
    assert list(dumped.parent.iterdir()) == [dumped]


def test_other_schemas_are_neither_dumped_nor_touched(
    calypso_database, programs, tmp_path, fresh_database
):
    sql(calypso_database, "CREATE TABLE public.theirs (at int)")
    target, other = tmp_path / "calypso.dump", fresh_database()
    dump_database(LocalHost(), calypso_database, target, programs=programs)
    sql(other, "CREATE TABLE public.mine (at int)")

    restore_database(LocalHost(), other, target, programs=programs)

    assert sql(other, "SELECT to_regclass('public.theirs')") == [(None,)]
    assert sql(other, "SELECT to_regclass('public.mine')") == [("mine",)]


@pytest.mark.parametrize("keep", [0.999, 0.5, 0.0])
def test_a_truncated_dump_is_refused_and_changes_nothing(dumped, calypso_database, programs, keep):
    whole = dumped.read_bytes()
    dumped.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(DumpDamaged):
        restore_database(LocalHost(), calypso_database, dumped, programs=programs)
    assert words(calypso_database) == ["here"]
    assert list(dumped.parent.iterdir()) == [dumped]


def test_a_restore_that_fails_at_its_last_statement_changes_nothing(
    dumped, calypso_database, programs
):
    class WithAWrongEnd(LocalHost):
        def run(self, argv, **how):
            ran = super().run(argv, **how)
            if "--section=post-data" in argv:
                script = next(word for word in argv if word.startswith("--file="))
                with Path(script.removeprefix("--file=")).open("a") as file:
                    file.write("SELECT 1 / 0;\n")
            return ran

    sql(calypso_database, "INSERT INTO calypso.kept VALUES ('later')")
    with pytest.raises(DumpFailed, match="division by zero"):
        restore_database(WithAWrongEnd(), calypso_database, dumped, programs=programs)
    assert words(calypso_database) == ["here", "later"]


def test_rows_of_any_text_come_back(calypso_database, programs, tmp_path):
    odd = ["\\.", "COPY x FROM stdin;", "a\tb\nc", "--", "\\restrict x", "é✓", ""]
    with psycopg.connect(libpq(calypso_database), autocommit=True) as connection:
        for word in odd:
            connection.execute("INSERT INTO calypso.kept VALUES (%s)", [word])
        connection.execute("INSERT INTO calypso.kept SELECT repeat('x', 1000) FROM "
                           "generate_series(1, 3000)")  # fmt: skip
    target = tmp_path / "calypso.dump"
    dump_database(LocalHost(), calypso_database, target, programs=programs)
    before, done = words(calypso_database), []
    restore_database(LocalHost(), calypso_database, target, programs=programs, step=done.append)
    assert words(calypso_database) == before
    assert done == sorted(done)
    assert done[-1] > 3_000_000


class Watching(LocalHost):
    """Tells what was started, and lets a test look on meanwhile."""

    def __init__(self, look=lambda _stages, _env: None):
        super().__init__()
        self.look = look

    def pipe(self, stages, *, timeout_s, on_line=None, on_beat=None, env=None):
        self.look(stages, env)
        return super().pipe(stages, timeout_s=timeout_s, on_beat=on_beat, env=env)


def test_the_password_stands_in_a_private_file_and_nowhere_else(
    calypso_database, programs, tmp_path
):
    seen = []

    def look(stages, env):
        file = Path(env["PGPASSFILE"])
        seen.append((str(stages), dict(env), file.read_text(), file.stat().st_mode & 0o777, file))

    secret = psycopg.conninfo.conninfo_to_dict(libpq(calypso_database))["password"]
    target = tmp_path / "calypso.dump"
    dump_database(Watching(look), calypso_database, target, programs=programs)

    assert len(seen) == 1
    for argv, env, text, mode, file in seen:
        assert secret not in argv
        assert set(env) == {"PGPASSFILE"}
        assert text == f"*:*:*:*:{secret}\n"
        assert mode == 0o600
        assert not file.exists()


def test_addresses_of_several_hosts_find_the_one_that_answers(calypso_database, programs, tmp_path):
    told = psycopg.conninfo.conninfo_to_dict(libpq(calypso_database))
    several = (
        f"postgresql+psycopg://{told['user']}:{told['password']}@/{told['dbname']}"
        f"?host=127.0.0.1:1&host={told['host']}:{told['port']}"
    )
    assert dump_database(LocalHost(), several, tmp_path / "calypso.dump", programs=programs)


def test_a_server_that_is_away_is_said_to_be(programs, tmp_path):
    with pytest.raises(DatabaseAway):
        dump_database(
            LocalHost(), "postgresql://a:b@127.0.0.1:1/c", tmp_path / "x.dump", programs=programs
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not (OLDER / "pg_dump").exists(), reason="no older pg_dump is here")
def test_programs_older_than_the_server_are_refused_with_the_way_out(calypso_database, tmp_path):
    (version,) = sql(calypso_database, "SHOW server_version_num")[0]
    if int(version) // 10000 <= int(OLDER.parts[-2]):
        pytest.skip("no pg_dump here is older than the server")
    with pytest.raises(DatabaseProgramsMissing, match="CALYPSO_POSTGRES_PROGRAMS"):
        dump_database(LocalHost(), calypso_database, tmp_path / "x.dump", programs=OLDER)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not (OLDER / "pg_restore").exists(), reason="no older pg_restore is here")
def test_a_dump_newer_than_the_programs_is_refused_with_the_way_out(dumped, calypso_database):
    if dumped.read_bytes()[5:7] <= b"\x01\x0e":  # the format of PostgreSQL 12 to 15
        pytest.skip("the dump is no newer than these programs")
    with pytest.raises(DatabaseProgramsMissing, match="CALYPSO_POSTGRES_PROGRAMS"):
        restore_database(LocalHost(), calypso_database, dumped, programs=OLDER)
    assert words(calypso_database) == ["here"]


def test_a_folder_without_the_programs_is_named(calypso_database, tmp_path):
    with pytest.raises(DatabaseProgramsMissing, match=f"pg_dump is not in {tmp_path}"):
        dump_database(LocalHost(), calypso_database, tmp_path / "x.dump", programs=tmp_path)


def test_a_full_disk_leaves_no_dump(calypso_database, programs, tmp_path, monkeypatch):
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("there is no /dev/full here")
    target = tmp_path / "calypso.dump"

    class Full(LocalHost):
        def pipe(self, stages, **how):
            argv = [word.replace(str(target.parent), "/dev") for word in stages[0]]
            argv = ["--file=/dev/full" if w.startswith("--file=") else w for w in argv]
            return super().pipe([argv], **how)

    with pytest.raises(NoRoom, match="no room"):
        dump_database(Full(), calypso_database, target, programs=programs)
    assert list(tmp_path.iterdir()) == []


def test_locks_of_others_end_a_dump_and_a_restore_after_a_while(
    dumped, calypso_database, programs, monkeypatch, tmp_path
):
    monkeypatch.setattr(dump, "LOCK_MS", 200)
    with psycopg.connect(libpq(calypso_database)) as holder:
        holder.execute("LOCK TABLE calypso.kept IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DatabaseBusy):
            dump_database(LocalHost(), calypso_database, tmp_path / "y.dump", programs=programs)
        with pytest.raises(DatabaseBusy):
            restore_database(LocalHost(), calypso_database, dumped, programs=programs)
        holder.rollback()
    assert words(calypso_database) == ["here"]


def test_a_role_that_may_not_make_a_schema_is_told_so(dumped, calypso_database, programs):
    told = psycopg.conninfo.conninfo_to_dict(libpq(calypso_database))
    sql(calypso_database, "DROP ROLE IF EXISTS nobody_much")
    sql(calypso_database, "CREATE ROLE nobody_much LOGIN PASSWORD 'a:b\\c'")
    try:
        url = psycopg.conninfo.make_conninfo(
            **{**told, "user": "nobody_much", "password": "a:b\\c"}
        )
        with pytest.raises(DatabaseForbids):
            restore_database(LocalHost(), url, dumped, programs=programs)
    finally:
        sql(calypso_database, "DROP ROLE nobody_much")
    assert words(calypso_database) == ["here"]


def test_a_restore_cancelled_in_the_middle_changes_nothing_and_runs_again(
    dumped, calypso_database, programs
):
    def cancel(_bytes):
        raise JobCancelled

    sql(calypso_database, "INSERT INTO calypso.kept VALUES ('later')")
    with pytest.raises(JobCancelled):
        restore_database(LocalHost(), calypso_database, dumped, programs=programs, step=cancel)
    assert words(calypso_database) == ["here", "later"]

    restore_database(LocalHost(), calypso_database, dumped, programs=programs)
    assert words(calypso_database) == ["here"]


def test_a_restore_killed_in_the_middle_changes_nothing_and_runs_again(
    dumped, calypso_database, programs
):
    sql(calypso_database, "INSERT INTO calypso.kept VALUES ('later')")
    if (child := os.fork()) == 0:
        restore_database(
            LocalHost(), calypso_database, dumped, programs=programs,
            step=lambda _bytes: os.kill(os.getpid(), signal.SIGKILL),
        )  # fmt: skip
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    assert words(calypso_database) == ["here", "later"]
    restore_database(LocalHost(), calypso_database, dumped, programs=programs)
    assert words(calypso_database) == ["here"]
    assert list(dumped.parent.iterdir()) == [dumped]


def test_what_a_killed_dump_left_is_written_over_by_the_next(calypso_database, programs, tmp_path):
    (tmp_path / ".calypso.dump.partial").write_bytes(b"half")
    dump_database(LocalHost(), calypso_database, tmp_path / "calypso.dump", programs=programs)
    assert [one.name for one in tmp_path.iterdir()] == ["calypso.dump"]


def test_two_at_once_do_not_write_one_file(tmp_path):
    with aside(tmp_path / "calypso.dump") as part:
        with pytest.raises(InUse), aside(tmp_path / "calypso.dump"):
            pass
        part.write_text("of the first")
    assert (tmp_path / "calypso.dump").read_text() == "of the first"


def test_a_secret_that_would_reach_argv_is_refused(tmp_path, programs):
    url = "postgresql://a@h/c?sslpassword=hidden"
    with pytest.raises(Misconfigured, match="sslkey") as told:
        dump_database(LocalHost(), url, tmp_path / "x.dump", programs=programs)
    assert "hidden" not in told.value.detail
