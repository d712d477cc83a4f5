"""Jobs on the catalog as a whole: dumped and taken along, checked, fixed, its statistics pruned."""

import hashlib
from datetime import timedelta
from types import SimpleNamespace

import pytest

from calypso import jobs as job_types
from calypso.drivers.backup import CatalogDump, CatalogFinding, RunState, Statistics
from calypso.jobs.backup._kinds import KindUnfit
from calypso.jobs.backup._refusals import DumpLeftBehind, RunFailed
from calypso.jobs.backup.dbcheck_fix import NotChecked
from calypso.models.clock import now
from calypso.models.job import State
from calypso.models.lock import exclusive, present
from tests.fakes.backup import NOON, FakeBackup, look, run_of
from tests.fakes.running import FakeRunning, job_of

TYPES = job_types.load()


class Catalog(FakeBackup):
    """A director whose catalog has dumps, orphans and statistics."""

    def __init__(self, folder, *looks, **how):
        super().__init__(*looks, **how)
        self.folder, self.dumped, self.indexed = folder, [], []
        self.fileset, self.files = folder, self._files
        self.orphans = [CatalogFinding(what="orphaned Path", records=3)]
        self.kept = Statistics(runs=5, oldest_at=NOON)

    def update_cache(self, runs):
        self.indexed.append(runs)

    def _files(self, runs, path, *, limit):
        assert self.indexed[-1] == runs
        assert limit > 1000
        here = self.fileset.iterdir() if str(self.fileset) == path else ()
        return [SimpleNamespace(path=str(one)) for one in here]

    def dump_catalog(self, label, *, private, step):
        del private
        file = self.folder / f"catalog-{len(self.dumped):02}-{label}.dump"
        if not any(label in one.name for one in self.catalog_dumps()):
            step(3)
            file.write_bytes(label.encode())
            self.dumped.append(label)
        return self.catalog_dumps()[0]

    def catalog_dumps(self):
        found = sorted(self.folder.iterdir(), reverse=True)
        return [
            CatalogDump(name=one.name, path=str(one), bytes=one.stat().st_size, made_at=NOON)
            for one in found
        ]

    def forget_dump(self, name):
        (self.folder / name).unlink()

    def check_catalog(self, *, fix=False):
        found = self.orphans
        self.orphans = [] if fix else found
        return found

    def statistics(self):
        return self.kept

    def prune_statistics(self):
        self.kept = Statistics(runs=2, oldest_at=NOON)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "dumps"
    made.mkdir()
    return made


def run(name, backup, running=None, /, **params):
    job_type = TYPES[f"backup.{name}"]
    return job_type.run(job_type.params(**params), backup, running or FakeRunning())


def plan(name, backup, known):
    job_type = TYPES[f"backup.{name}"]
    return job_type.plan(job_type.params(), backup, known)


def test_a_dump_has_its_digest_and_the_oldest_beyond_those_that_stay_go(folder):
    backup = Catalog(folder)
    for number in range(4):
        running = FakeRunning()
        running.job_id = f"job{number}"
        told = run("catalog_backup", backup, running, keep=2)
    assert told.sha256 == hashlib.sha256(b"job3").hexdigest()
    assert [one.name for one in backup.catalog_dumps()] == [
        "catalog-03-job3.dump", "catalog-02-job2.dump",
    ]  # fmt: skip
    assert (told.removed, told.run) == (("catalog-01-job1.dump",), None)


def test_a_job_that_is_tried_again_makes_no_second_dump_and_follows_its_run(folder):
    backup = Catalog(folder, look(1))
    told = run("catalog_backup", backup, job="mail")
    again = run("catalog_backup", backup, FakeRunning(epoch=2, external=str(told.run)), job="mail")
    assert again == told
    assert len(backup.dumped) == len(backup.started) == 1


def test_a_dump_that_is_not_taken_along_stays_and_the_job_fails(folder):
    backup = Catalog(folder, ends=run_of(1, RunState.FAILED))
    with pytest.raises(RunFailed):
        run("catalog_backup", backup, job="mail")
    assert len(backup.catalog_dumps()) == 1
    with pytest.raises(KindUnfit):
        run("catalog_backup", Catalog(folder), job="check")


def test_a_run_that_ended_well_without_the_dump_did_not_take_it_along(folder, tmp_path):
    backup = Catalog(folder)
    backup.fileset = tmp_path
    with pytest.raises(DumpLeftBehind, match=f"Run 1 of mail does not hold {folder}/catalog-00"):
        run("catalog_backup", backup, job="mail")
    assert len(backup.catalog_dumps()) == 1


def test_what_is_deleted_from_the_catalog_is_what_a_check_of_today_has_found(folder):
    checked = job_of(
        "backup.dbcheck", {}, State.SUCCEEDED,
        result={"found": [{"what": "orphaned Path", "records": 3}]},
    )  # fmt: skip

    def known(ago):
        return FakeRunning(jobs=[checked.model_copy(update={"finished_at": now() - ago})])

    backup = Catalog(folder)
    told = plan("dbcheck_fix", backup, known(timedelta(hours=1)))
    assert told.destroys == ["3 orphaned Path records"]
    for looked in (known(timedelta(days=2)), FakeRunning()):
        with pytest.raises(NotChecked, match=r"backup\.dbcheck first"):
            plan("dbcheck_fix", backup, looked)

    assert run("dbcheck", backup).found[0].records == 3
    done = run("dbcheck_fix", backup)
    assert (done.deleted[0].what, done.left) == ("orphaned Path", ())


def test_a_fix_of_the_catalog_keeps_runs_of_ours_from_beginning():
    fix, start = TYPES["backup.dbcheck_fix"].params(), TYPES["backup.job_run"].params(job="mail")
    assert exclusive("backup", "job") in fix.locks()
    assert start.locks() == [present("backup", "job", "mail")]


def test_statistics_are_counted_before_and_after(folder):
    told = run("prune_stats", Catalog(folder))
    assert (told.pruned, told.left) == (3, 2)
    assert (
        "5 runs since 2026-06-01" in plan("prune_stats", Catalog(folder), FakeRunning()).destroys[0]
    )
    none = Catalog(folder)
    none.kept = Statistics(runs=0, oldest_at=None)
    assert plan("prune_stats", none, FakeRunning()).destroys == []
