"""Backup jobs through real workers, on the three daemons of a real Bacula."""

import os
import signal
import socket
import threading
from pathlib import Path
from shutil import rmtree

import pytest

from calypso.engine.lookup import look_up
from calypso.errors import LookupRefused
from calypso.models.access import SYSTEM
from calypso.models.clock import now
from calypso.models.job import State
from calypso.models.raw_path import shown
from tests.acceptance.engine.conftest import NODE, until
from tests.acceptance.tape.trees import listed

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.real("bacula")]


def write(path, data):
    """Write a file with the time of a whole second, which is all that Bacula keeps."""
    path.write_bytes(data)
    seconds = int(path.stat().st_mtime)
    os.utime(path, (seconds, seconds))


@pytest.fixture
def backup(backup_stack, bacula):
    """Workers, with a few files to back up."""
    for name in ("one", "two"):
        write(bacula.data / name, os.urandom(100_000))
    return backup_stack


def run_of(stack, job):
    """The run that a job notes, as the table has it."""
    until(lambda: stack.job(job).external, what="the number of the run")
    return int(stack.job(job).external)


def rows(stack, table):
    return {one["key"]: one for one in stack.ports.inventory.page(table, node=NODE)[0]}


def restore(stack, bacula, where, **asked):
    """Restore by a job, and return the folder where the files are then."""
    params = {"client": "local-fd", "where": str(where), "job": "restore"} | asked
    done = stack.run("backup.restore", params)
    return done, where / str(bacula.data).lstrip("/")


def test_what_is_backed_up_fully_and_then_in_part_comes_back_bit_for_bit(backup, bacula):
    full = backup.run("backup.job_run", {"job": "data", "level": "full"})
    assert (full.result["level"], full.result["state"]) == ("full", "succeeded")
    (bacula.data / "two").unlink()
    write(bacula.data / "three", os.urandom(5000))
    part = backup.run("backup.job_run", {"job": "data", "level": "incremental"})
    assert part.result["level"] == "incremental"
    assert part.result["bytes"] < full.result["bytes"]

    where = bacula.restored / "whole"
    done, back = restore(backup, bacula, where, fileset="data")

    assert done.result["files"] > 0
    assert listed(back) == listed(bacula.data)
    old = bacula.restored / "old"
    _, back = restore(
        backup, bacula, old, runs=[full.result["run"]], paths=[str(bacula.data / "two")]
    )
    assert [one.name for one in back.iterdir()] == ["two"]
    table = until(lambda: rows(backup, "backup/runs"), what="the table of runs")
    assert table[str(full.result["run"])]["volumes"]


def look(stack, noun, **asked):
    """Look into backups as the API does; returns the rows of all pages, three at a time."""
    found, after = [], None
    while True:
        rows, after = look_up(
            stack.ports, stack.house.lookups[f"backup/{noun}"], SYSTEM,
            {"client": "local-fd", "fileset": "data", **asked}, node=NODE, limit=3, after=after,
        )  # fmt: skip
        found += rows
        if after is None:
            return found


def test_a_backup_is_browsed_searched_and_what_was_found_restored(backup, bacula):
    odd = bacula.data / "deep" / os.fsdecode(b'odd\xff "name"; jobid=7\n.txt')
    odd.parent.mkdir(exist_ok=True)
    write(odd, b"as it was")
    backup.run("backup.job_run", {"job": "data", "level": "full"})
    before = now().isoformat()
    write(odd, b"as it is now")
    backup.run("backup.job_run", {"job": "data", "level": "incremental"})

    root = look(backup, "files", path=str(bacula.data))
    assert [one["name"] for one in root][:1] == ["deep"]
    assert len(root) == len(list(bacula.data.iterdir()))
    (found,) = look(backup, "found", name="odd*")
    assert found["key"] == shown(str(odd))
    (old,) = look(backup, "files", path=str(odd.parent), before=before)
    assert (old["key"], old["size_bytes"]) == (found["key"], len(b"as it was"))
    versions = look(backup, "versions", path=found["key"])
    assert [one["size_bytes"] for one in versions[:2]] == [len(b"as it is now"), len(b"as it was")]

    where = bacula.restored / "found"
    restore(backup, bacula, where, fileset="data", before=before, paths=[found["key"]])

    (back,) = (one for one in where.rglob("*") if one.is_file())
    assert (back.name, back.read_bytes()) == (odd.name, b"as it was")
    rmtree(odd.parent)
    with pytest.raises(LookupRefused, match="no good backup") as refused:
        look(backup, "files", fileset="etc")
    assert refused.value.code == "backup_nothing_to_restore"


def test_a_cancelled_job_is_cancelled_in_bacula_and_then_only(backup, bacula):
    (bacula.data / "large").write_bytes(os.urandom(40 << 20))
    job = backup.submit("backup.job_run", {"job": "data slow", "level": "full"})
    run = run_of(backup, job)
    until(lambda: (one := backup.job(job).progress) and one.done, what="some bytes")

    backup.cancel(job)

    assert backup.wait(job).state is State.CANCELLED
    row = until(
        lambda: (one := rows(backup, "backup/runs").get(str(run))) and one, what="the run's row"
    )
    until(lambda: rows(backup, "backup/runs")[str(run)]["state"] == "cancelled", what="its end")
    assert row["comment"] == f"calypso-{job.id}-1"
    (bacula.data / "large").unlink()


class Toll:
    """Stands between a worker and the director; calls `on_queued` and keeps what it heard then."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._to = (host, int(port))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._door.getsockname()[1]}"
        self.on_queued = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            here, _ = self._door.accept()
            there = socket.create_connection(self._to)
            for source, target in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source, target):
        try:
            while data := source.recv(65536):
                if b"Job queued" in data and self.on_queued is not None:
                    self.on_queued()
                    return
                target.sendall(data)
        except OSError:
            pass
        finally:
            target.close()


def test_a_worker_that_dies_before_it_notes_the_run_starts_no_second_one(new_stack, bacula):
    toll = Toll(bacula.settings["CALYPSO_BACULA_DIRECTOR"])
    stack = new_stack(**{**bacula.settings, "CALYPSO_BACULA_DIRECTOR": toll.address})
    _, pool = stack.start_workers("backup")
    dead = threading.Event()

    def kill():
        toll.on_queued = None
        os.killpg(pool.pid, signal.SIGKILL)
        dead.set()

    toll.on_queued = kill
    job = stack.submit("backup.job_run", {"job": "data", "level": "full"})
    assert dead.wait(60)
    assert stack.job(job).external is None
    stack.start("workers.jobs", "backup")

    done = stack.wait(job, limit_s=120)

    assert (done.state, done.attempt) == (State.SUCCEEDED, 2), done.error
    until(lambda: str(done.result["run"]) in rows(stack, "backup/runs"), what="the run's row")
    mine = [one for one in rows(stack, "backup/runs").values() if str(job.id) in one["comment"]]
    assert [one["id"] for one in mine] == [done.result["run"]]


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"job": "none such"}, "backup_job_missing", "none such"),
        ({"job": "data", "client": "nobody"}, "backup_client_missing", "nobody"),
        ({"job": "verify"}, "backup_kind_unfit", "backup.job_verify"),
        ({"job": "client gone"}, "backup_run_failed", "Unable to connect to Client"),
    ],
)
def test_what_goes_wrong_is_told_in_words_with_the_way_out(backup, asked, code, words):
    ended = backup.wait(backup.submit("backup.job_run", asked), limit_s=90)
    assert ended.state is State.FAILED
    assert (ended.error.code, words in ended.error.detail) == (code, True), ended.error


def spoil(bacula):
    """Change a byte of the data on each volume."""
    spoilt = 0
    for path in Path(bacula.server.layout.volumes).iterdir():
        data = bytearray(path.read_bytes())
        at = data.find(MARK)
        while at >= 0:
            data[at + len(MARK) + 10] ^= 0xFF
            spoilt += 1
            at = data.find(MARK, at + 1)
        path.write_bytes(data)
    return spoilt


MARK = b"here lies what a drill must find "


def test_a_drill_certifies_a_backup_and_finds_a_volume_that_was_damaged(backup, bacula):
    (bacula.data / "marked").write_bytes(MARK + os.urandom(50_000))
    backup.run("backup.job_run", {"job": "data", "level": "full"})
    drill = {
        "client": "local-fd", "fileset": "data", "scratch": str(bacula.restored),
        "compare_source": True, "job": "restore",
    }  # fmt: skip
    told = backup.run("backup.restore_drill", drill).result
    assert told["files"] == told["by_checksum"] == told["by_source"] > 1
    assert not list(bacula.restored.glob("calypso-drill-*"))

    assert spoil(bacula)
    failed = backup.wait(backup.submit("backup.restore_drill", drill), limit_s=90)

    assert failed.state is State.FAILED
    assert failed.error.code in ("backup_drill_failed", "backup_run_failed"), failed.error
    assert not list(bacula.restored.glob("calypso-drill-*"))
