"""An appliance to one file and back: real databases, real programs, real locks."""

import json
import tarfile
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pyrage
import pytest
from pydantic import SecretStr

from calypso.drivers.system import backup_file, etc_files, restoring
from calypso.drivers.system.appliance import Appliance, back_up, keep_newest
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.refusals import (
    BackupDamaged,
    BackupFailed,
    BackupLocked,
    BackupTooNew,
    DatabaseAway,
    KeyUnusable,
)
from calypso.drivers.system.sealing import Lock, Opener
from calypso.errors import InUse, Invalid, JobCancelled
from calypso.host.local import LocalHost
from calypso.jobs.system.config_backup import Params, back_up_appliance
from calypso.store import migrate
from tests.contract.system.conftest import sql, words

pytestmark = pytest.mark.postgres
PASSPHRASE = SecretStr("correct horse battery")
OWN = pyrage.x25519.Identity.generate()  # a passphrase takes seconds each time, by design
LOCK = Lock(recipients=(str(OWN.to_public()),))
OPENER = Opener(identity=SecretStr(str(OWN)))
BY_PASSPHRASE = Opener(passphrase=PASSPHRASE)
REVISION = max(migrate.known_revisions())


def appliance(root, url, programs, **more):
    return Appliance(LocalHost(), Layout(root), SecretStr(url), "backup-1", "1.2.3",
                     programs=programs, **more)  # fmt: skip


@pytest.fixture
def here(tmp_path, calypso_database, programs):
    """An appliance with settings, a secret, a certificate and a link."""
    etc = tmp_path / "a/etc/calypso"
    (etc / "tls").mkdir(parents=True)
    (etc / "calypso.yaml").write_text("listen: 0.0.0.0:8080\n")
    (etc / "secrets.env").write_text(
        "# made at first install\nCALYPSO_DATABASE_URL='postgresql://old'\nCALYPSO_JWT_KEY=jot\n"
    )
    (etc / "secrets.env").chmod(0o600)
    (tmp_path / "key.pem").write_text("KEY")
    (etc / "tls/key.pem").symlink_to(tmp_path / "key.pem")
    (etc / "tls/gone.pem").symlink_to(tmp_path / "nowhere")
    return appliance(tmp_path / "a", calypso_database, programs)


@pytest.fixture
def there(tmp_path, fresh_database, programs):
    (tmp_path / "b").mkdir()
    return appliance(tmp_path / "b", fresh_database(), programs)


@pytest.fixture
def backed_up(here, tmp_path):
    target = tmp_path / "appliance.tar"
    back_up(here, target, LOCK)
    return target


def restored(there, source, opener=OPENER, own=None):
    manifest = restoring.check(source, migrate.known_revisions())
    return restoring.restore(
        there, source, manifest, opener, own=own or {},
        migrate=lambda: migrate.upgrade(there.database_url.get_secret_value()),
    )  # fmt: skip


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def rewritten(source, change):
    """Write a backup anew with its files changed."""
    with tarfile.open(source) as tar:
        files = {one.name: tar.extractfile(one).read() for one in tar}
    change(files)
    with tarfile.open(source, "w") as tar:
        for name, content in files.items():
            path = source.parent / "one-file"
            path.write_bytes(content)
            tar.add(path, name)


def test_database_and_configuration_are_back_on_an_empty_machine(here, there, backed_up):
    own = {"CALYPSO_DATABASE_URL": "postgresql://new"}
    assert restored(there, backed_up, own=own) is None

    etc = there.layout.etc
    assert words(there.database_url.get_secret_value()) == ["here"]
    assert (etc / "tls/key.pem").read_text() == "KEY"
    assert (etc / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert (etc / "secrets.env").read_text() == (
        "# made at first install\nCALYPSO_JWT_KEY=jot\nCALYPSO_DATABASE_URL='postgresql://new'\n"
    )
    assert (etc / "calypso.yaml").read_text() == "listen: 0.0.0.0:8080\nnode: backup-1\n"
    assert not restoring.is_going_on(there.layout, backup_file.read_manifest(backed_up))


def test_a_node_that_is_named_already_is_named_once(here, there, tmp_path):
    (here.layout.etc / "calypso.yaml").write_text("node: backup-1\n")
    target = tmp_path / "named.tar"
    back_up(here, target, LOCK)
    restored(there, target)
    assert (there.layout.etc / "calypso.yaml").read_text() == "node: backup-1\n"


@pytest.fixture
def by_passphrase(here, tmp_path):
    target = tmp_path / "by-passphrase.tar"
    back_up(here, target, Lock(PASSPHRASE))
    return target


def test_a_backup_says_what_it_is_and_nothing_secret_without_a_key(here, by_passphrase):
    backed_up = by_passphrase
    manifest = backup_file.check(backed_up)
    assert (manifest.node, manifest.version, manifest.schema_revision) == (
        "backup-1", "1.2.3", REVISION,
    )  # fmt: skip
    assert set(manifest.items) == {"key.age", "database.dump.age", "files.tar.age"}
    assert backed_up.stat().st_mode & 0o777 == 0o600
    content = backed_up.read_bytes()
    for secret in (b"jot", b"listen", b"here"):
        assert secret not in content


def test_nothing_in_the_clear_stays_behind(here, there, backed_up):
    restored(there, backed_up)
    for one in (here, there):
        left = [path for path in tree(one.layout.data) if not path.endswith(".lock")]
        assert left == []


def test_its_passphrase_opens_it(there, by_passphrase):
    restored(there, by_passphrase, BY_PASSPHRASE)
    assert words(there.database_url.get_secret_value()) == ["here"]


def test_another_passphrase_opens_nothing_and_changes_nothing(there, by_passphrase):
    backed_up = by_passphrase
    with pytest.raises(BackupLocked, match="not the passphrase"):
        restored(there, backed_up, Opener(passphrase=SecretStr("wrong horse battery")))
    with pytest.raises(BackupLocked, match="passphrase of this backup"):
        restored(there, backed_up, Opener())
    assert tree(there.layout.etc) == {}
    assert sql(there.database_url.get_secret_value(), "SELECT to_regnamespace('calypso')") == [
        (None,)
    ]


def test_a_recipients_key_opens_it_and_another_does_not(here, there, tmp_path):
    key, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    target = tmp_path / "to-a-recipient.tar"
    lock = Lock(recipients=(str(key.to_public()),))
    back_up(here, target, lock)
    assert backup_file.read_manifest(target).recipients == (str(key.to_public()),)

    with pytest.raises(BackupLocked, match="does not open"):
        restored(there, target, Opener(identity=SecretStr(str(other))))
    with pytest.raises(BackupLocked, match="No passphrase"):
        restored(there, target, BY_PASSPHRASE)
    restored(there, target, Opener(identity=SecretStr(f"# created: today\n{key}\n")))
    assert words(there.database_url.get_secret_value()) == ["here"]


@pytest.mark.parametrize(
    ("lock", "words_"),
    [
        (Lock(), "passphrase or a recipient"),
        (Lock(SecretStr("short")), "12 characters"),
        (Lock(recipients=("age1nonsense",)), "age-keygen"),
    ],
)
def test_what_would_lock_nothing_is_refused_before_anything_is_read(here, tmp_path, lock, words_):
    with pytest.raises(KeyUnusable, match=words_):
        back_up(here, tmp_path / "x.tar", lock)
    assert not (tmp_path / "x.tar").exists()


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
def test_a_truncated_backup_is_refused(backed_up, keep):
    whole = backed_up.read_bytes()
    backed_up.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(BackupDamaged):
        restoring.check(backed_up, {REVISION})


def test_a_changed_byte_is_found_without_a_key(backed_up):
    whole = bytearray(backed_up.read_bytes())
    whole[len(whole) // 2] ^= 1
    backed_up.write_bytes(whole)
    with pytest.raises(BackupDamaged, match="truncated or changed"):
        restoring.check(backed_up, {REVISION})


def test_a_byte_changed_with_its_checksum_is_found_with_the_key(there, backed_up):
    def change(files):
        content = bytearray(files["database.dump.age"])
        content[-5] ^= 1
        files["database.dump.age"] = bytes(content)
        told = json.loads(files["manifest.json"])
        path = backed_up.parent / "changed"
        path.write_bytes(content)
        told["items"]["database.dump.age"] = backup_file.item_of(path).model_dump()
        files["manifest.json"] = json.dumps(told).encode()

    rewritten(backed_up, change)
    with pytest.raises(BackupLocked, match="changed it"):
        restored(there, backed_up)
    assert tree(there.layout.etc) == {}


def test_a_changed_manifest_is_found_with_the_key(there, backed_up):
    def change(files):
        files["manifest.json"] = files["manifest.json"].replace(b"backup-1", b"backup-2")

    rewritten(backed_up, change)
    with pytest.raises(BackupDamaged, match="manifest"):
        restored(there, backed_up)
    assert tree(there.layout.etc) == {}


def test_a_backup_of_a_later_release_is_refused_by_name(here, backed_up, tmp_path):
    target = tmp_path / "later.tar"
    sql(here.database_url.get_secret_value(), "UPDATE calypso.schema_version SET version_num = '9'")
    back_up(here, target, LOCK)
    with pytest.raises(BackupTooNew, match=r"1\.2\.3"):
        restoring.check(target, migrate.known_revisions())

    def change(files):
        files["manifest.json"] = files["manifest.json"].replace(b'"format": 1', b'"format": 2')

    rewritten(backed_up, change)
    with pytest.raises(BackupTooNew, match="format 2"):
        restoring.check(backed_up, migrate.known_revisions())


@pytest.mark.parametrize("name", ["etc/passwd", "etc/calypso/../passwd", "/etc/calypso/x"])
def test_files_of_others_are_not_laid_out(tmp_path, name):
    packed = tmp_path / "files.tar"
    (tmp_path / "x").write_text("root::0")
    with tarfile.open(packed, "w") as tar:
        told = tar.gettarinfo(tmp_path / "x")
        told.name = name
        with (tmp_path / "x").open("rb") as file:
            tar.addfile(told, file)
    with pytest.raises(BackupDamaged, match="none of its own"):
        etc_files.names(packed)
    with pytest.raises(BackupDamaged):
        etc_files.unpack(packed, tmp_path / "etc", own={})
    assert not (tmp_path / "etc").exists()


def test_what_was_in_etc_is_put_aside(there, backed_up):
    there.layout.etc.mkdir(parents=True)
    (there.layout.etc / "calypso.yaml").write_text("mine: true\n")
    restored(there, backed_up)
    (kept,) = there.layout.etc.parent.glob("calypso.before-*")
    assert tree(kept) == {"calypso.yaml": b"mine: true\n"}


class Cut(BaseException):
    """As a kill would, but for the files that are open."""


@pytest.mark.parametrize(
    "step", ["put_aside", "restore_database", "unpack", "name_node", "_lay_out_catalog", "upgrade"]
)
def test_a_restore_cut_at_any_step_goes_on_when_run_again(there, backed_up, monkeypatch, step):
    there.layout.etc.mkdir(parents=True)
    (there.layout.etc / "calypso.yaml").write_text("mine: true\n")
    room = next(one for one in (etc_files, restoring, migrate) if hasattr(one, step))
    real = getattr(room, step)

    def cut(*given, **more):
        real(*given, **more)
        raise Cut

    manifest = restoring.check(backed_up, {REVISION})
    monkeypatch.setattr(room, step, cut)
    with pytest.raises(Cut):
        restored(there, backed_up)
    monkeypatch.setattr(room, step, real)

    assert restoring.is_going_on(there.layout, manifest)
    restored(there, backed_up)
    assert words(there.database_url.get_secret_value()) == ["here"]
    assert (there.layout.etc / "calypso.yaml").read_text().endswith("node: backup-1\n")
    (kept,) = there.layout.etc.parent.glob("calypso.before-*")
    assert tree(kept) == {"calypso.yaml": b"mine: true\n"}
    assert not restoring.is_going_on(there.layout, manifest)


def test_an_address_that_secrets_env_cannot_hold_is_refused_before_anything_is_changed(
    there, backed_up
):
    with pytest.raises(Invalid, match="CALYPSO_DATABASE_URL has a quote"):
        restored(there, backed_up, own={"CALYPSO_DATABASE_URL": "postgresql://u:it's@h/d"})
    assert not there.layout.etc.exists()
    with pytest.raises(psycopg.errors.UndefinedTable):
        words(there.database_url.get_secret_value())


def test_what_a_killed_backup_left_in_the_clear_is_removed_by_the_next(here, tmp_path):
    left = here.layout.data / "_system/appliance-backup"
    left.mkdir(parents=True)
    (left / "database.dump").write_text("in the clear")
    (tmp_path / ".calypso-backup-1-20260101T000000Z.tar.partial").write_text("half")
    back_up(here, tmp_path / "x.tar", LOCK)
    assert not left.exists()
    assert not list(tmp_path.glob(".calypso-*"))


def test_a_link_where_the_file_is_made_is_not_followed(here, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / ".x.tar.partial").symlink_to(precious)
    with pytest.raises(BackupFailed):
        back_up(here, folder / "x.tar", LOCK)
    assert precious.read_text() == "as it was"


def test_of_the_backups_in_a_folder_the_newest_stay_and_others_files_too(tmp_path):
    names = [f"calypso-backup-1-2026010{day}T000000Z.tar" for day in (1, 2, 3)]
    others = ["calypso-backup-10-20250101T000000Z.tar", "calypso-backup-1-old.tar", "letter"]
    for name in (*names, *others):
        (tmp_path / name).touch()
    assert keep_newest(tmp_path, "backup-1", 2) == (names[0],)
    assert {one.name for one in tmp_path.iterdir()} == {*names[1:], *others}


def test_two_backups_at_once_are_refused(here, tmp_path):
    def meanwhile(_phase, _bytes):
        with pytest.raises(InUse):
            back_up(here, tmp_path / "y.tar", LOCK)

    back_up(here, tmp_path / "x.tar", LOCK, step=meanwhile)
    assert (tmp_path / "x.tar").exists()


def test_a_cancelled_backup_leaves_nothing(here, tmp_path):
    def cancel(phase, _bytes):
        if phase == "locking database.dump":
            raise JobCancelled

    with pytest.raises(JobCancelled):
        back_up(here, tmp_path / "x.tar", LOCK, step=cancel)
    assert not (tmp_path / "x.tar").exists()
    assert [p for p in tree(here.layout.data) if not p.endswith(".lock")] == []


def test_a_full_disk_is_said_and_leaves_nothing(here, tmp_path, monkeypatch):
    real = Path.open

    def full(path, mode="r", *more, **named):
        path = Path("/dev/full") if path.name == "files.tar.age" else path
        return real(path, mode, *more, **named)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(BackupFailed, match=r"x\.tar was not written: No space left"):
        back_up(here, tmp_path / "x.tar", LOCK)
    assert not (tmp_path / "x.tar").exists()


@pytest.mark.parametrize(
    ("folder", "why"), [("/proc/backups", "No such file"), ("/dev/null/x", "Not a directory")]
)
def test_a_job_that_may_not_write_there_says_so_and_is_no_defect(here, folder, why):
    params = Params(folder=folder, recipients=["age1" + "q" * 58])
    with pytest.raises(BackupFailed, match=f"{folder} was not written: {why}"):
        back_up_appliance.run(params, SimpleNamespace(appliance=here), SimpleNamespace(node="keep"))


def test_a_file_that_cannot_be_made_is_told_of(here):
    with pytest.raises(BackupFailed, match=r"/proc/x\.tar was not written"):
        back_up(here, Path("/proc/x.tar"), LOCK)


def test_a_catalog_goes_along_and_is_laid_out_for_its_owner(
    here, there, tmp_path, fresh_database, programs
):
    url = fresh_database()
    sql(url, "CREATE TABLE job (jobid int)")
    target = tmp_path / "with-catalog.tar"
    both = appliance(here.layout.root, here.database_url.get_secret_value(), programs,
                     catalog_url=SecretStr(url), catalog_programs=programs)  # fmt: skip
    back_up(both, target, LOCK)

    laid = restored(there, target)

    reader = "pg_restore" if programs is None else str(programs / "pg_restore")
    assert " public job " in LocalHost().run([reader, "--list", str(laid)], timeout_s=60).stdout


def test_a_database_that_is_away_makes_no_backup(here, tmp_path, programs):
    away = appliance(here.layout.root, "postgresql://a:b@127.0.0.1:1/c", programs)
    with pytest.raises(DatabaseAway):
        back_up(away, tmp_path / "x.tar", LOCK)
    assert not (tmp_path / "x.tar").exists()


@pytest.mark.skipif(LocalHost().which("age") is None, reason="age is not installed")
def test_the_program_age_opens_what_was_locked_for_a_recipient(here, tmp_path):
    key = pyrage.x25519.Identity.generate()
    target, identity = tmp_path / "x.tar", tmp_path / "identity"
    back_up(here, target, Lock(recipients=(str(key.to_public()),)))
    identity.write_text(f"{key}\n")
    identity.chmod(0o600)
    with tarfile.open(target) as tar:
        (tmp_path / "files.tar.age").write_bytes(tar.extractfile("files.tar.age").read())
    files = tmp_path / "files.tar"
    ran = LocalHost().run(
        ["age", "--decrypt", "-i", str(identity), "-o", str(files), f"{files}.age"], timeout_s=60
    )
    assert ran.ok, ran.stderr
    assert "secrets.env" in etc_files.names(files)
