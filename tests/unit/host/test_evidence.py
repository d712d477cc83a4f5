"""What the kernel tells of a job's processes: of real ones, and of a recorded one that hangs."""

import os
import subprocess
from uuid import uuid4

import pytest

from calypso.host import proof
from calypso.host.evidence import Kernel, gather
from calypso.host.scope import TAG_VARIABLE
from calypso.models.worker import WorkerRecord

JOB = "0192a3b4-0000-7000-8000-000000000001"
STAT = "{pid} ({name}) {state} {parent} {pid} {pid} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {started}"


def record(**given):
    plain = {
        "id": uuid4(), "node": "keep", "subsystem": "storage", "queues": (), "pid": os.getpid(),
        "started": proof.own_start(), "boot_id": proof.boot_id(),
        "machine_id": proof.machine_id(), "pid_namespace": proof.pid_namespace(),
    }  # fmt: skip
    return WorkerRecord(**{**plain, **given})


class Recording:
    """A /proc of files, as the kernel would show it."""

    def __init__(self, folder):
        self.folder = folder

    def process(self, pid, name, state, *, parent=1, started=50, tag=None, wchan="0"):
        folder = self.folder / str(pid)
        folder.mkdir(exist_ok=True)
        stat = STAT.format(pid=pid, name=name, state=state, parent=parent, started=started)
        (folder / "stat").write_text(stat + " 0 0 0\n")
        environ = f"LANG=C\0{TAG_VARIABLE}={tag}\0" if tag else "LANG=C\0"
        (folder / "environ").write_text(environ)
        (folder / "wchan").write_text(wchan)

    def gather(self, worker=None, sleep=lambda _: None):
        return gather(JOB, worker, kernel=Kernel(self.folder, ()), sleep=sleep)


@pytest.fixture
def recording(tmp_path):
    return Recording(tmp_path)


def test_a_child_of_the_worker_is_seen_with_its_state_and_epoch():
    env = {**os.environ, TAG_VARIABLE: f"{JOB}.3"}
    with subprocess.Popen(["sleep", "60"], env=env) as child:
        try:
            seen = gather(JOB, record(), sleep=lambda _: None)
        finally:
            child.kill()

    (one,) = seen.processes
    assert (one.pid, one.name, one.epoch, one.of_worker) == (child.pid, "sleep", 3, True)
    assert (one.state, one.stuck, one.wchan) == ("S", False, None)
    assert (seen.worker, seen.worker_process.pid) == ("alive", os.getpid())


def test_a_worker_whose_number_another_has_by_now_is_dead():
    assert gather(JOB, record(started=1), sleep=lambda _: None).worker == "dead"


def test_a_worker_of_before_the_boot_is_dead():
    assert gather(JOB, record(boot_id="before"), sleep=lambda _: None).worker == "dead"


@pytest.mark.parametrize("given", [{"machine_id": "other"}, {"pid_namespace": "pid:[1]"}])
def test_of_a_worker_out_of_sight_nothing_is_claimed(given):
    seen = gather(JOB, record(**given), sleep=lambda _: None)
    assert (seen.worker, seen.worker_process) == ("unknown", None)


def test_what_hangs_in_the_kernel_at_every_look_is_stuck(recording):
    recording.process(70, "zfs recv (a)", "D", tag=f"{JOB}.1", wchan="txg_wait_synced")

    (one,) = recording.gather().processes

    assert (one.name, one.state, one.stuck) == ("zfs recv (a)", "D", True)
    assert one.wchan == "txg_wait_synced"


def test_what_reads_a_disk_at_one_look_is_not_stuck(recording):
    recording.process(70, "dd", "R", tag=f"{JOB}.1")

    def go_on(_seconds):
        recording.process(70, "dd", "D", tag=f"{JOB}.1", wchan="folio_wait_bit")

    (one,) = recording.gather(sleep=go_on).processes
    assert (one.state, one.stuck) == ("D", False)


def test_a_zombie_is_no_process(recording):
    recording.process(70, "dd", "Z", tag=f"{JOB}.1")
    assert recording.gather().processes == []


def test_processes_of_other_jobs_are_not_its(recording):
    recording.process(70, "dd", "S", tag="0192a3b4-0000-7000-8000-00000000000f.1")
    recording.process(71, "dd", "S")
    assert recording.gather().processes == []


def test_who_left_its_worker_is_told_from_its_children(recording):
    worker = record(pid=60, started=50)
    recording.process(60, "python", "S")
    recording.process(70, "sh", "S", parent=60, tag=f"{JOB}.2")
    recording.process(71, "sleep", "S", parent=70, tag=f"{JOB}.2")
    recording.process(72, "sleep", "S", parent=1, tag=f"{JOB}.1")

    seen = recording.gather(worker)

    assert {one.pid: (one.epoch, one.of_worker) for one in seen.processes} == {
        70: (2, True), 71: (2, True), 72: (1, False),
    }  # fmt: skip
    assert seen.worker == "alive"


def test_a_process_without_the_tag_is_found_by_its_cgroup(recording, tmp_path):
    recording.process(70, "sudo", "S")
    recording.process(71, "zfs", "S", parent=70)
    root = tmp_path / "cgroup"
    folder = root / "unit" / f"calypso.{JOB}.4"
    folder.mkdir(parents=True)
    (root / "cgroup.procs").write_text("")
    (folder / "cgroup.procs").write_text("70\n")
    (folder / "below").mkdir()
    (folder / "below" / "cgroup.procs").write_text("71\n")

    kernel = Kernel(recording.folder, [root])
    seen = gather(JOB, None, kernel=kernel, sleep=lambda _: None).processes

    assert [(one.pid, one.epoch) for one in seen] == [(70, 4), (71, 4)]


def test_without_a_worker_on_record_that_is_said(recording):
    assert recording.gather().worker == "none"
