"""A release serves when each of its workers does what it is asked, and nothing goes wrong oddly."""

from dataclasses import replace

import pytest

from calypso.engine.ending import defect
from calypso.engine.gate import FEW, Gate
from calypso.errors import StoreUnavailable
from calypso.models.clock import uuid7
from calypso.models.jobtype import queue_name
from calypso.models.ledger import Ending
from calypso.models.worker import WorkerRecord
from tests.contract.store.making import submitted
from tests.fakes.ports import memory_house

NODE, VERSION = "keep", "2.0"
ODD = defect("the job").error


def queues(subsystem="storage"):
    return [queue_name(subsystem, NODE, control=control) for control in (True, False)]


class Machine:
    """Workers that answer when the gate waits. `mute`: queues nobody claims from any more."""

    def __init__(self):
        self.jobs = memory_house(NODE).ports.jobs
        self.ports = replace(memory_house(NODE).ports, jobs=self.jobs)
        self.mute, self.ending, self.waits = set(), Ending("succeeded", result={}), 0
        self.api_says = [None]

    def worker(self, queue, *, version=VERSION, draining=False):
        record = WorkerRecord(
            id=uuid7(), node=NODE, subsystem="storage", queues=[queue], pid=1, started=1,
            boot_id="b", machine_id="m", pid_namespace="n", version=version,
        )  # fmt: skip
        self.jobs.register(record)
        if draining:
            self.jobs.set_draining(record.id)

    def work(self, _seconds):
        self.waits += 1
        for queue in set(queues()) - self.mute:
            while claimed := self.jobs.claim(queue, NODE, uuid7(), lease_s=60):
                self.jobs.begin(claimed.id, claimed.epoch)
                self.jobs.finish(claimed.id, claimed.epoch, self.ending)

    def fails(self, queue, node=NODE):
        """Have a job of a node run into a defect."""
        job = submitted(self.jobs, queue=queue, node=node)
        claimed = self.jobs.claim(queue, node, uuid7(), lease_s=60)
        assert claimed.id == job
        self.jobs.begin(claimed.id, claimed.epoch)
        self.jobs.finish(claimed.id, claimed.epoch, Ending("failed", error=ODD))

    def api(self):
        """Answer as the next of `api_says`; the last of them for good."""
        return self.api_says.pop(0) if len(self.api_says) > 1 else self.api_says[0]

    def complaints(self, within_s=0.2, subsystems=("storage",), watch_s=0.0):
        gate = Gate(self.ports, VERSION, NODE, subsystems, self.api, self.work)
        return gate.complaints(within_s=within_s, watch_s=watch_s)


@pytest.fixture
def machine():
    made = Machine()
    for queue in queues():
        made.worker(queue)
    return made


def test_workers_that_answer_leave_no_complaint(machine):
    assert machine.complaints(within_s=10) == []
    assert machine.waits == 1


def test_a_machine_without_workers_has_nothing_to_complain_about(machine):
    assert machine.complaints(within_s=10, subsystems=()) == []


@pytest.mark.parametrize("queue", queues())
def test_a_pool_and_a_control_process_are_missed_each(machine, queue):
    machine.mute = {queue}
    assert machine.complaints() == [f"{queue} does not answer"]


@pytest.mark.parametrize("how", [{"version": "1.0"}, {"draining": True}])
def test_a_worker_of_another_release_or_one_that_leaves_does_not_count(how):
    machine = Machine()
    control, pool = queues()
    machine.worker(control)
    machine.worker(pool, **how)
    assert machine.complaints() == [f"no worker of {VERSION} serves {pool}"]


def test_a_worker_that_answers_with_an_error_is_told_of(machine):
    machine.ending = Ending("failed", error={**ODD, "detail": "no such module"})
    complaints = machine.complaints()
    assert complaints == [f"{queue} answers: no such module" for queue in queues()]


def test_a_database_that_is_away_is_waited_for_and_asked_once_it_is_back(machine):
    real, tries = machine.jobs.submit, []

    def submit(new):
        tries.append(new)
        if len(tries) == 1:
            raise StoreUnavailable("it is away")
        return real(new)

    machine.jobs.submit = submit
    assert machine.complaints(within_s=10) == []


def test_a_database_that_stays_away_is_the_complaint(machine):
    def submit(_new):
        raise StoreUnavailable("it is away")

    machine.jobs.submit = submit
    assert machine.complaints() == ["the database is away: it is away"]


def passing(monkeypatch, machine):
    """Let a second pass with each wait."""
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    asked = machine.work

    def work(seconds):
        clock[0] += seconds
        asked(seconds)

    machine.work = work


@pytest.mark.parametrize(
    ("count", "node", "complains"), [(FEW - 1, NODE, False), (FEW, NODE, True), (FEW, "far", False)]
)
def test_jobs_that_end_in_ways_nobody_foresaw_are_a_complaint_when_they_are_many(
    machine, monkeypatch, count, node, complains
):
    passing(monkeypatch, machine)
    _, pool = queues()
    asked = machine.work

    def work(seconds):
        asked(seconds)
        if machine.waits == 1:
            for _ in range(count):
                machine.fails(pool, node)

    machine.work = work
    told = machine.complaints(within_s=10, watch_s=5)
    assert bool(told) == complains
    assert not told or f"{FEW} jobs ran into a defect" in told[0]


def test_an_api_that_is_not_ready_is_waited_for(machine):
    machine.api_says = ["the API answers 503", "the API answers 503", None]
    assert machine.complaints(within_s=10) == []
    assert machine.waits >= 2


def test_an_api_that_stays_ill_is_a_complaint(machine):
    machine.api_says = ["the API answers 503"]
    assert machine.complaints() == ["the API answers 503"]


def test_an_api_that_leaves_again_while_it_is_watched_is_a_complaint(machine, monkeypatch):
    passing(monkeypatch, machine)
    machine.api_says = [None, None, None, "refused"]
    assert machine.complaints(within_s=10, watch_s=10) == ["refused"]


def test_one_look_that_fails_is_no_complaint(machine, monkeypatch):
    passing(monkeypatch, machine)
    machine.api_says = [None, None, "refused", "refused", None]
    assert machine.complaints(within_s=10, watch_s=10) == []
    assert machine.waits > 10


def test_what_fails_late_in_the_watch_counts_too(machine, monkeypatch):
    passing(monkeypatch, machine)
    asked, (_, pool) = machine.work, queues()

    def work(seconds):
        asked(seconds)
        if machine.waits == 8:
            for _ in range(FEW):
                machine.fails(pool)

    machine.work = work
    assert "ran into a defect" in machine.complaints(within_s=10, watch_s=10)[0]
