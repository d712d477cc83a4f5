"""Every other kind of backup job through real workers, on the three daemons of a real Bacula."""

import os
from contextlib import closing
from itertools import takewhile
from pathlib import Path

import psycopg
import pytest

from calypso.engine.plans import make_plan
from calypso.host.daemon import tell
from calypso.models.access import SYSTEM
from calypso.models.job import State
from calypso.store.migrate import upgrade
from tests.acceptance.engine.conftest import NODE, Stack, until
from tests.acceptance.engine.directing import (
    MARK,
    back_up,
    failed,
    newest,
    protection,
    run_of,
    runs,
    spoilt,
)

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.real("bacula")]
PROGRAMS = "CALYPSO_BACULA_PG_PROGRAMS"


@pytest.fixture(scope="module")
def stack(tmp_path_factory, shared_database, shared_redis_url, bacula):
    """One worker for all tests of this file; its director is the session's."""
    upgrade(shared_database)
    told = {**bacula.settings, "CALYPSO_STATE_DIR": str(bacula.state)}
    made = Stack(tmp_path_factory.mktemp("kinds"), shared_database, shared_redis_url, told)
    made.start_workers("backup")
    yield made
    made.stop()
    print(made.logs())


@pytest.fixture
def files(bacula):
    """Three small files to back up, and nothing else."""
    for left in bacula.data.iterdir():
        left.unlink()
    for name in ("one", "two", "three"):
        (bacula.data / name).write_bytes(MARK + os.urandom(5000))
    yield bacula.data
    for left in bacula.data.iterdir():
        left.unlink()


@pytest.fixture
def owner(bacula):
    """The catalog, for who may write to it."""
    catalog = bacula.server.catalog
    told = psycopg.connect(
        host=catalog.host, port=catalog.port, dbname=catalog.database,
        user=catalog.database, password=catalog.password, autocommit=True,
    )  # fmt: skip
    with closing(told) as connection:
        yield connection


# ---- verify


def test_a_verify_reads_a_backup_back_and_fails_on_a_damaged_volume(stack, bacula, files):
    del files
    full = back_up(stack, level="full")
    told = stack.run("backup.job_verify", {"job": "verify", "run": full["run"]}).result
    assert told["files"] == full["files"]

    with spoilt(bacula):
        error = failed(stack, "backup.job_verify", {"job": "verify", "of_job": "data"})

    assert error.code == "backup_run_failed"
    assert "Volume data error" in error.detail


def test_a_verify_of_the_disk_names_the_files_that_are_not_as_they_were(stack, files):
    back_up(stack, level="full")
    compare = {"job": "compare", "of_job": "data"}
    assert stack.run("backup.job_verify", compare).result["files"] > len(list(files.iterdir()))

    (files / "one").write_bytes(b"other")
    (files / "two").unlink()
    (files / "four").write_bytes(b"new")
    error = failed(stack, "backup.job_verify", compare)

    assert error.code == "backup_verify_differs"
    for name, how in (("one", "was changed"), ("two", "is gone"), ("four", "is new")):
        assert f"{files / name} {how}" in error.detail
    assert str(files / "three") not in error.original


def test_a_verify_of_a_run_that_is_not_there_starts_none(stack, owner):
    before = newest(owner)
    error = failed(stack, "backup.job_verify", {"job": "verify", "run": 999_999})
    assert error.code == "backup_run_missing"
    assert newest(owner) == before


# ---- copy, migrate, virtual full


def test_a_cancelled_copy_stops_what_it_spawned_and_the_next_copies_what_is_left(stack, files):
    del files
    sources = {back_up(stack, "data apart")["run"] for _ in range(3)}
    job = stack.submit("backup.job_copy", {"job": "copy"})
    until(lambda: stack.job(job).progress.total == 3, what="the spawned runs")
    assert stack.job(job).progress.unit == "runs"

    stack.cancel(job)

    assert stack.wait(job).state is State.CANCELLED
    first = int(stack.job(job).external)
    mine = [one for number, one in runs(stack).items() if number >= first and one["name"] == "copy"]
    ends = [run_of(stack, one["id"])["state"] for one in mine]
    assert len(ends) == 3
    assert "cancelled" in ends

    told = stack.run("backup.job_copy", {"job": "copy"}).result
    made = told["made"]
    assert len(made) >= ends.count("cancelled")
    assert {one["source"] for one in made} <= sources
    assert len({one["by"] for one in made}) == len({one["copy_id"] for one in made}) == len(made)
    assert told["bytes"] == sum(one["bytes"] for one in made) > 0
    assert {run_of(stack, one["copy_id"])["pool"] for one in made} == {"Copies"}
    protected = protection(stack, "data apart", max(sources))
    assert protected["good_level"] == "full"  # the backup itself: its copies bear its name too


def test_a_migration_moves_a_backup_and_leaves_one_that_can_be_restored(stack, bacula, files):
    source = back_up(stack, "data small")["run"]

    (made,) = stack.run("backup.job_copy", {"job": "migrate"}).result["made"]

    assert made["source"] == source
    assert run_of(stack, made["copy_id"])["kind"] == "backup"
    assert run_of(stack, source)["kind"] == "migrate"
    where = bacula.restored / "migrated"
    asked = {"client": "local-fd", "runs": [made["copy_id"]], "where": str(where)}
    stack.run("backup.restore", asked)
    back = where / str(files / "one").lstrip("/")
    assert back.read_bytes() == (files / "one").read_bytes()


def test_a_virtual_full_is_made_of_what_there_is_and_refused_without_a_place(stack, files, owner):
    full = back_up(stack, level="full")
    (files / "four").write_bytes(os.urandom(3000))
    back_up(stack, level="incremental")
    before = newest(owner)

    error = failed(stack, "backup.job_run", {"job": "data", "level": "virtual_full"})
    assert error.code == "backup_next_pool_missing"
    assert "Next Pool" in error.detail
    assert newest(owner) == before  # the director itself would leave a run that failed

    told = back_up(stack, level="virtual_full", next_pool="Copies")
    assert told["files"] == full["files"] + 1
    assert told["volumes"][0].startswith("Copy-")


def test_what_a_folder_of_volumes_cannot_do_is_refused_and_not_called_done(stack):
    for verb, more in (("label_barcodes", {"pool": "Manual", "slots": [1]}), ("update_slots", {})):
        error = failed(stack, f"backup.volume_{verb}", {"storage": "Disk", **more})
        assert error.code == "backup_unsupported"
        assert "no changer with slots" in error.detail


# ---- the catalog


def test_the_catalog_is_dumped_taken_along_and_comes_back(stack, bacula):
    for job in (None, "catalog"):
        stack.run("backup.catalog_backup", {"keep": 2, "job": job})
    told = stack.run("backup.catalog_backup", {"keep": 2, "job": "catalog"}).result

    dump = Path(told["path"])
    assert dump.stat().st_mode & 0o777 == 0o600
    assert len(told["removed"]) == 1
    assert max(dump.parent.iterdir()) == dump
    assert len(list(dump.parent.iterdir())) == 2
    where = bacula.restored / "catalog"
    asked = {"client": "local-fd", "runs": [told["run"]], "where": str(where)}
    stack.run("backup.restore", asked)
    back = where / str(dump).lstrip("/")
    inside = runs_in(back, bacula)
    assert max(inside) < told["run"]  # which was begun after the dump
    assert inside == runs_in(dump, bacula)


def runs_in(dump, bacula):
    """Read a dump as anybody would, and return the runs in it."""
    ran = tell(
        [f"{bacula.settings[PROGRAMS]}/pg_restore", "--data-only", "--table=job", "--file=-", dump],
        env={"PATH": "/usr/bin:/bin"},
    )
    assert ran.code == 0, ran.stderr
    rows = ran.stdout.partition("FROM stdin;\n")[2].splitlines()
    return {int(row.partition("\t")[0]) for row in takewhile(lambda row: row != "\\.", rows)}


def forget_index(owner):
    """Have no run indexed for browsing: dbcheck looks for orphaned paths only then."""
    for table in ("PathHierarchy", "PathVisibility"):
        owner.execute(f"DELETE FROM {table}")
    owner.execute("DELETE FROM Path WHERE PathId NOT IN (SELECT PathId FROM File)")
    owner.execute("UPDATE Job SET HasCache = 0")


def test_orphans_of_the_catalog_are_found_and_deleted_only_on_purpose(stack, owner):
    forget_index(owner)
    owner.execute("INSERT INTO Path (Path) VALUES ('/nowhere/')")
    found = {one["what"]: one["records"] for one in stack.run("backup.dbcheck").result["found"]}
    assert found["orphaned Path"] == 1
    assert orphans(owner) == 1

    plan = make_plan(
        stack.ports, stack.house.types, SYSTEM,
        type_name="backup.dbcheck_fix", params={}, node=NODE,
    )  # fmt: skip
    assert "1 orphaned Path records" in plan.destroys
    told = stack.run("backup.dbcheck_fix", plan_hash=plan.plan_hash).result

    assert "orphaned Path" in {one["what"] for one in told["deleted"]}
    assert (orphans(owner), told["left"]) == (0, [])
    assert back_up(stack)["files"] > 0


def orphans(owner):
    return owner.execute("SELECT count(*) FROM Path WHERE Path = '/nowhere/'").fetchone()[0]


def test_old_statistics_are_pruned_and_young_ones_stay(stack, owner):
    for number, years in ((1, 9), (2, 1)):
        owner.execute(
            "INSERT INTO JobHisto (JobId, Job, Name, Type, Level, ClientId, JobStatus, SchedTime,"
            " EndTime, JobTDate) SELECT %s, %s, 'old', 'B', 'F', 1, 'T', at, at,"
            " extract(epoch FROM at) FROM (SELECT now() - make_interval(years => %s) AS at) t",
            (number, f"old.{number}", years),
        )
    told = stack.run("backup.prune_stats").result
    assert told == {"pruned": 1, "left": 1}
    owner.execute("DELETE FROM JobHisto")
