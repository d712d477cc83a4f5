"""The catalog as a whole: what pg_dump and dbcheck do, and how they fail."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import (
    BackupError,
    CatalogDown,
    CatalogInUse,
    OutOfSpace,
    Unsupported,
)
from calypso.drivers.backup.bacula import BaculaBackup, Tools
from calypso.drivers.backup.bacula.care import findings
from calypso.drivers.backup.bacula.dumping import Dumping
from calypso.host import Ran
from calypso.host.local import LocalHost
from tests.fakes.director import BEGIN, END, OK
from tests.unit.drivers.bacula.conftest import addressed

URL = SecretStr("postgresql://reader:p%40ss:word@127.0.0.1:5432/bacula")
LISTED = "3412; 0 16500 TABLE DATA public job bacula\n"
LIVE = b"\njobid=7\ntype=B\nstatus=R\nstatus_desc=is running\n\n"
FOUND = """Checking for Paths without a trailing slash
Found 0 bad Path records.
Checking for orphaned JobMedia entries.
Checking for orphaned Path entries. This may take some time!
Found 12 orphaned Path records.
Checking for Restore Job entries.
Found 3 Restore Job records.
"""


class Programs:
    """A host whose programs write what a test wants, and fail as it wants."""

    def __init__(self, *, says="", code=0, lists=LISTED, out=""):
        self.says, self.code, self.lists, self.out = says, code, lists, out
        self.argv, self.env, self.secret, self.missing = [], {}, None, ()

    def which(self, program):
        return None if Path(program).name in self.missing else program

    def exists(self, path):
        return Path(path).name not in self.missing

    def write_text(self, path, text, *, mode=0o644):
        LocalHost().write_text(path, text, mode=mode)

    def pipe(self, stages, *, timeout_s, on_beat, env):
        del timeout_s
        (self.argv,), self.env = stages, env
        self.secret = Path(env["PGPASSFILE"])
        file = next(word.partition("=")[2] for word in self.argv if word.startswith("--file="))
        Path(file).write_bytes(b"x" * 100)
        on_beat()
        return (Ran(tuple(self.argv), self.code, "", self.says, 0.1),)

    def run(self, argv, *, timeout_s):
        del timeout_s
        self.argv = argv
        told = self.lists if argv[0] == "pg_restore" else self.out
        return Ran(tuple(argv), self.code, told, self.says, 0.1)


@pytest.fixture
def dumps(tmp_path):
    return tmp_path / "state" / "catalog"


def dumping(host, dumps):
    return Dumping(Tools(host, Path("/usr/sbin"), dumps), URL)


def test_a_dump_has_its_password_in_a_private_file_and_in_no_argv(dumps, tmp_path):
    host, heard = Programs(), []
    made = dumping(host, dumps).dump("17", private=tmp_path, step=heard.append)

    assert "p@ss" not in " ".join(host.argv)
    assert host.secret.read_text() == "*:*:*:*:p@ss\\:word\n"
    assert host.secret.stat().st_mode & 0o777 == 0o600
    assert (Path(made.path).stat().st_mode & 0o777, made.bytes, heard) == (0o600, 100, [100])
    assert dumps.stat().st_mode & 0o777 == 0o700


def test_of_one_label_there_is_one_dump_and_the_newest_is_first(dumps, tmp_path):
    old = dumps / "catalog-20260101T000000Z-3.dump"
    dumps.mkdir(parents=True)
    old.write_bytes(b"old")
    made = dumping(Programs(), dumps).dump("17", private=tmp_path, step=print)
    again = dumping(Programs(code=1), dumps).dump("17", private=tmp_path, step=print)
    assert again == made
    assert [one.name for one in dumping(Programs(), dumps).kept()] == [made.name, old.name]


@pytest.mark.parametrize(
    ("says", "refusal", "words"),
    [
        ("pg_dump: error: aborting because of server version mismatch", Unsupported, "PG_PROGRAMS"),
        ("pg_dump: error: permission denied for sequence job_jobid_seq", Unsupported, "sequences"),
        ("pg_dump: error: could not write: No space left on device", OutOfSpace, "no room"),
        ('connection to server at "127.0.0.1" failed: Connection refused', CatalogDown, "answer"),
        ("canceling statement due to statement timeout", CatalogDown, "locked"),
        ("pg_dump: error: something else", BackupError, "something else"),
    ],
)
def test_a_dump_that_fails_says_why_and_leaves_nothing(dumps, tmp_path, says, refusal, words):
    with pytest.raises(refusal, match=words) as told:
        dumping(Programs(says=says, code=1), dumps).dump("17", private=tmp_path, step=print)
    assert type(told.value) is refusal
    assert list(dumps.iterdir()) == []


def test_a_dump_without_runs_in_it_is_of_no_catalog(dumps, tmp_path):
    with pytest.raises(Unsupported, match="no catalog"):
        dumping(Programs(lists="no tables"), dumps).dump("17", private=tmp_path, step=print)
    assert list(dumps.iterdir()) == []


def test_what_a_killed_dump_left_is_removed_by_the_next(dumps, tmp_path):
    dumps.mkdir(parents=True)
    (dumps / ".catalog-20260101T000000Z-3.dump.partial").write_bytes(b"half")
    dumping(Programs(), dumps).dump("17", private=tmp_path, step=print)
    assert len(list(dumps.iterdir())) == 1


def test_a_dump_without_pg_dump_says_what_to_install(dumps, tmp_path):
    host = Programs()
    host.missing = ("pg_dump",)
    with pytest.raises(Unsupported, match="PostgreSQL's client programs"):
        dumping(host, dumps).dump("17", private=tmp_path, step=print)


# ---- dbcheck


def checking(fake, host, dumps):
    return BaculaBackup(addressed(fake), None, None, Tools(host, Path("/opt/bin"), dumps))


def test_what_dbcheck_found_is_told_by_sort_and_nothing_of_what_there_is_none():
    told = [(one.what, one.records) for one in findings(FOUND)]
    assert told == [("orphaned Path", 12), ("Restore Job", 3)]


def test_a_check_only_reads_and_a_fix_waits_until_no_run_is_live(fake, dumps):
    host = Programs(out=FOUND)
    backup = checking(fake, host, dumps)
    assert len(backup.check_catalog()) == 2
    assert host.argv == ["/opt/bin/dbcheck", "-b", "-c", "/etc/bacula/bacula-dir.conf"]

    fake.says(".status dir running", BEGIN, LIVE, OK, END)
    host.argv = None
    with pytest.raises(CatalogInUse, match="7"):
        backup.check_catalog(fix=True)
    assert host.argv is None

    fake.says(".status dir running", BEGIN, b"", OK, END)
    backup.check_catalog(fix=True)
    assert host.argv[-1] == "-f"


@pytest.mark.parametrize(
    ("missing", "words"),
    [("dbcheck", "CALYPSO_BACULA_PROGRAMS"), ("bacula-dir.conf", "CALYPSO_BACULA_CONFIG_DIR")],
)
def test_a_check_where_the_director_is_not_says_what_to_name(fake, dumps, missing, words):
    host = Programs()
    host.missing = (missing,)
    with pytest.raises(Unsupported, match=words):
        checking(fake, host, dumps).check_catalog()


def test_a_check_that_fails_is_no_catalog_without_orphans(fake, dumps):
    with pytest.raises(BackupError, match="could not open"):
        checking(fake, Programs(says="could not open the database", code=1), dumps).check_catalog()


def test_without_the_catalogs_address_it_is_neither_dumped_nor_counted(backup, tmp_path):
    with pytest.raises(Unsupported):
        backup.dump_catalog("17", private=tmp_path, step=print)
    with pytest.raises(Unsupported, match="CALYPSO_BACULA_CATALOG_URL"):
        backup.statistics()
