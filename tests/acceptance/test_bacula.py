"""An embedded Bacula on its own: a backup and its restore, restarts, and what a crash leaves."""

import os
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from calypso.embedded import bacula_packages
from calypso.embedded.listening import listens
from calypso.errors import Misconfigured, Unavailable
from tests.acceptance.running_up import until
from tests.bacula import RunningBacula, own_folder
from tests.conftest import missing

pytestmark = [pytest.mark.real("bacula"), pytest.mark.postgres]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")


def console(running, *commands):
    """Say something to the director, by Bacula's own console."""
    server = running.server
    file = server.folder / "etc" / "bconsole.conf"
    file.touch(mode=0o600)
    port = server.layout.ports["bacula-dir"]
    password = server.layout.password("director")
    file.write_text(
        f"Director {{\n  Name = calypso-dir\n  DIRport = {port}\n  address = 127.0.0.1\n"
        f'  Password = "{password}"\n}}\n'
    )
    told = subprocess.run(
        [server.folder / "bin" / "bconsole", "-c", file],
        input="\n".join([*commands, "quit"]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return told.stdout


def ended(running):
    """(job, state) of all runs, once none goes on."""
    rows = ask(running, "SELECT name, jobstatus FROM job ORDER BY jobid")
    if any(state in "CRFSMmdpt" for _, state in rows):
        return None
    return rows


def ask(running, query):
    with psycopg.connect(running.settings["CALYPSO_BACULA_CATALOG_URL"]) as reader:
        return [
            tuple(part.decode() if isinstance(part, bytes) else part for part in row)
            for row in reader.execute(query).fetchall()
        ]


@as_root
def test_what_is_restored_is_what_was_there_with_its_owners(own_bacula):
    own_bacula.start()
    file, link = own_bacula.data / "its\xe4 name", own_bacula.data / "link"
    file.write_bytes(os.urandom(70_000))
    os.chown(file, 12345, 54321)
    file.chmod(0o640)
    link.symlink_to("nowhere")

    console(own_bacula, "run job=data yes")
    assert until(lambda: ended(own_bacula)) == [("data", "T")]
    console(own_bacula, "restore client=local-fd fileset=data select current all done yes")
    assert until(lambda: ended(own_bacula)) == [("data", "T"), ("restore", "T")]

    found = own_bacula.restored / str(own_bacula.data).lstrip("/") / file.name
    assert found.read_bytes() == file.read_bytes()
    kept = found.stat()
    assert (kept.st_uid, kept.st_gid, stat.S_IMODE(kept.st_mode)) == (12345, 54321, 0o640)
    assert (found.parent / "link").readlink().name == "nowhere"


@pytest.mark.parametrize("name", ["bacula-dir", "bacula-sd", "bacula-fd"])
def test_a_daemon_killed_comes_back_on_its_port(own_bacula, name):
    server = own_bacula.start().server
    before = server.daemons[name]
    os.kill(before.pid, signal.SIGKILL)
    before.wait(10)

    server.launch(name)
    server.wait_until_ready()

    assert server.daemons[name].pid != before.pid
    assert listens(server.daemons[name].pid, server.layout.ports[name])


def test_a_second_start_has_the_same_books_and_passwords(own_bacula, postgres_url):
    settings = own_bacula.start().settings
    console(own_bacula, "run job=data level=Full yes")
    until(lambda: ended(own_bacula))
    own_bacula.stop()

    again = RunningBacula(
        own_bacula.server.folder.parent, postgres_url, database=own_bacula.server.catalog.database
    ).start()

    try:
        for name in ("CALYPSO_BACULA_PASSWORD", "CALYPSO_BACULA_CATALOG_URL"):
            assert again.settings[name] == settings[name]
        assert ended(again) == [("data", "T")]
    finally:
        again.stop()


def test_daemons_that_a_killed_parent_left_are_ended_first(own_bacula, postgres_url):
    left = own_bacula.start().server.daemons

    again = RunningBacula(
        own_bacula.server.folder.parent, postgres_url, database=own_bacula.server.catalog.database
    ).start()

    try:
        # With the number of the signal, or with 1: in order. One that is killed has a negative one.
        assert {daemon.exit_code() for daemon in left.values()} <= {signal.SIGTERM, 1}
    finally:
        again.stop()


def test_a_pid_file_that_names_somebody_else_is_no_hindrance(own_bacula):
    server = own_bacula.start().server
    files = [next(server.layout.working(name).glob("*.pid")) for name in server.names]
    server.stop()
    for file in files:
        file.write_text(f"{os.getpid()}\n")

    own_bacula.start()


def test_nobody_but_its_owner_reads_a_password(bacula):
    server = bacula.server
    files = [*server.layout.etc.glob("*.conf"), *(server.folder / "passwords").iterdir()]
    running = [Path(f"/proc/{daemon.pid}") for daemon in server.daemons.values()]
    lines = [(process / "cmdline").read_bytes() for process in running]

    assert len(files) > 6
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    for file in (server.folder / "passwords").iterdir():
        assert not [line for line in lines if file.read_bytes() in line]


@as_root
def test_only_the_file_daemon_of_root_is_root(bacula):
    owners = {
        name: Path(f"/proc/{daemon.pid}").stat().st_uid
        for name, daemon in bacula.server.daemons.items()
    }

    assert owners.pop("bacula-fd") == 0
    assert 0 not in owners.values()


def test_who_reads_the_catalog_can_change_nothing(bacula):
    with psycopg.connect(bacula.settings["CALYPSO_BACULA_CATALOG_URL"], autocommit=True) as reader:
        assert reader.execute("SELECT count(*) FROM job").fetchone()
        reader.execute("SET default_transaction_read_only = off")
        for attempt in ("DELETE FROM job", "CREATE TABLE x()", "UPDATE version SET versionid = 1"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(attempt)


def test_they_listen_on_loopback_alone(bacula):
    for name, port in bacula.server.layout.ports.items():
        told = subprocess.run(
            ["ss", "-Htln", f"sport = :{port}"], capture_output=True, text=True, check=True
        )
        assert [line.split()[3] for line in told.stdout.splitlines()] == [f"127.0.0.1:{port}"], name


def test_a_catalog_whose_making_was_cut_short_is_made(own_bacula, postgres_url):
    database = own_bacula.server._database
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute(f"CREATE ROLE {database}")
        server.execute(
            f"CREATE DATABASE {database} OWNER {database} ENCODING 'SQL_ASCII' "
            "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )

    own_bacula.start()

    assert ask(own_bacula, "SELECT count(*) FROM version") == [(1,)]


def test_a_director_that_does_not_come_up_is_told_with_its_own_words(own_bacula):
    own_bacula.start()
    own_bacula.stop()
    (own_bacula.server.layout.ours).write_text("Nonsense {\n}\n")

    with pytest.raises(Unavailable, match=r"(?s)bacula-dir did not come up.*Nonsense"):
        own_bacula.start()


def test_a_folder_that_a_shell_would_expand_is_refused(bacula_programs, postgres_url):
    with own_folder() as folder:
        running = RunningBacula(folder / "it's", postgres_url, database=f"bacula_it_{os.getpid()}")
        try:
            with pytest.raises(Misconfigured, match="Choose another --data"):
                running.start()
        finally:
            running.remove()


@pytest.mark.skipif(not shutil.which("apt-get"), reason="no apt-get here")
def test_the_packages_that_debian_has_are_all_it_needs(tmp_path):
    try:
        programs = bacula_packages.fetch(tmp_path / "kept", {}, pause=time.sleep)
    except Unavailable as offline:
        missing("apt", offline.detail)

    assert programs.is_complete
    linked = programs.linked(tmp_path / "lib")
    for name in (*bacula_packages.DAEMONS, bacula_packages.CONSOLE):
        told = subprocess.run(
            [programs.program(name), "-?"],
            env={"LD_LIBRARY_PATH": programs.library_path(linked)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Usage:" in told.stdout + told.stderr, told
