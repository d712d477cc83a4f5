"""A restore drill tells what it has restored and compared, and fails when that is not as it was."""

import base64
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calypso import jobs as job_types
from calypso.drivers.backup import DirectorDown, NothingToRestore, RunState, SampledFile
from calypso.errors import JobCancelled
from calypso.jobs.backup._refusals import RunFailed
from calypso.jobs.backup.restore_drill import DrillFailed
from tests.fakes.backup import FakeBackup, look, run_of
from tests.fakes.running import FakeRunning

DRILL = job_types.load()["backup.restore_drill"]


class Drilled:
    """A tree, its backup, and what a restore brings back of it."""

    def __init__(self, folder):
        self.source, self.scratch = folder / "source", folder / "scratch"
        self.source.mkdir()
        self.scratch.mkdir()
        self.running = FakeRunning()
        self.backup = FakeBackup(look(1))
        self.backup.restores = self._restore
        self.spoils = lambda _path: None

    def add(self, name, data, *, kind="sha1"):
        """Have a file, and its backup."""
        path = self.source / name
        path.write_bytes(data)
        digest = base64.b64encode(hashlib.new(kind, data).digest()).decode().rstrip("=")
        checksum = "" if kind == "sha3_224" else digest
        made = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
        self.backup.files.append(
            SampledFile(
                path=str(path), size_bytes=len(data), modified_at=made, checksum=checksum, run_id=3
            )
        )
        return path

    def _restore(self, spec):
        for path in spec.paths:
            target = Path(spec.where) / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(Path(path).read_bytes())
            self.spoils(target)

    def run(self, **params):
        asked = {"client": "mail-fd", "fileset": "home", "scratch": str(self.scratch)} | params
        return DRILL.run(DRILL.params(**asked), self.backup, self.running)


@pytest.fixture
def drilled(tmp_path):
    made = Drilled(tmp_path)
    for number, kind in enumerate(("md5", "sha1", "sha256", "sha512")):
        made.add(f"file{number}", os.urandom(1000 + number), kind=kind)
    return made


def test_what_was_restored_and_is_the_same_is_certified(drilled):
    told = drilled.run(compare_source=True)

    assert (told.files, told.by_checksum, told.by_source) == (4, 4, 4)
    assert told.bytes == 4006
    assert (told.runs, told.restore_run) == ((3, 4), 1)
    assert told.began_at <= told.ended_at
    assert list(drilled.scratch.iterdir()) == []
    assert drilled.backup.drawn_by == drilled.running.job_id


def test_so_many_files_are_drawn_as_were_asked_for(drilled):
    assert drilled.run(files=2).files == 2


def flip(path):
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoils", "words"),
    [
        (flip, "another checksum than the catalog recorded"),
        (Path.unlink, "was not restored as it was recorded"),
        (lambda path: path.write_bytes(b"short"), "was not restored as it was recorded"),
        (
            lambda path: (path.unlink(), path.symlink_to("/etc/passwd")),
            "was not restored as it was recorded",
        ),
    ],
)
def test_one_file_that_differs_fails_it_and_is_named(drilled, spoils, words):
    drilled.spoils = lambda path: spoils(path) if path.name == "file2" else None
    with pytest.raises(DrillFailed, match=f"file2 .*{words}") as failed:
        drilled.run()
    assert "Verify its volumes" in failed.value.detail
    assert list(drilled.scratch.iterdir()) == []


def test_without_a_recorded_checksum_the_source_tells(drilled):
    drilled.add("plain", b"plain", kind="sha3_224")
    assert drilled.run(compare_source=True).by_checksum == 4
    drilled.backup.looks = [look(1)]
    drilled.spoils = lambda path: flip(path) if path.name == "plain" else None
    with pytest.raises(DrillFailed, match="plain differs from its source"):
        _again(drilled).run(compare_source=True)


def test_a_source_that_was_changed_since_is_passed(drilled):
    changed = drilled.source / "file1"
    drilled.backup.restores = lambda spec: (drilled._restore(spec), changed.write_bytes(b"new"))
    told = drilled.run(compare_source=True)
    assert (told.files, told.by_source) == (4, 3)


def test_a_restore_that_fails_fails_it_and_leaves_nothing(drilled):
    drilled.backup.ends = run_of(1, RunState.FAILED)
    with pytest.raises(RunFailed):
        drilled.run()
    assert list(drilled.scratch.iterdir()) == []


def test_cancelled_while_it_compares_it_leaves_nothing(drilled):
    drilled.running = FakeRunning(cancel_after=2)
    with pytest.raises(JobCancelled):
        drilled.run()
    assert list(drilled.scratch.iterdir()) == []


def test_what_another_attempt_goes_on_with_is_left_for_it(drilled):
    drilled.backup.looks = [DirectorDown("gone")]
    with pytest.raises(DirectorDown):
        drilled.run()
    assert len(list(drilled.scratch.iterdir())) == 1
    assert drilled.run().files == 4
    assert len(drilled.backup.started) == 1
    assert list(drilled.scratch.iterdir()) == []


def test_an_empty_backup_is_no_proof(drilled):
    drilled.backup.files = []
    with pytest.raises(NothingToRestore):
        drilled.run()


def _again(drilled):
    drilled.running = FakeRunning()
    return drilled
