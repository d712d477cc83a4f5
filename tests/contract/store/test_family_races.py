"""Parents park while their children end and others cancel them: none waits for ever. PostgreSQL."""

import random
from uuid import uuid4

import psycopg
import pytest

from calypso.models.job import Source, State
from calypso.models.ledger import Ending
from calypso.models.lock import exclusive
from tests.contract.store.making import DONE, NODE, claim, finish, running, state, submitted
from tests.contract.store.test_concurrency import CLASH, DEADLOCKS, LEAK, STUCK, at_once
from tests.contract.store.test_reasons import explained

pytestmark = pytest.mark.postgres
PARENTS, WORKERS, ROUNDS = 12, 6, 60
OPEN = "SELECT count(*) FROM calypso.jobs WHERE finished_at IS NULL"


def child(store, parent, *locks):
    source = Source(kind="job", id=str(parent.id))
    return submitted(store, *locks, parent_id=parent.id, source=source)


def test_a_parent_that_parks_while_its_child_ends_runs_again(postgres):
    for _ in range(40):
        parent = running(postgres)
        kid = child(postgres, parent)
        kid_run = claim(postgres, uuid4())

        parked, _ = at_once(
            lambda p=parent, k=kid: postgres.park(p.id, p.epoch, [k]),
            lambda r=kid_run: finish(postgres, r),
        )
        postgres.promote(NODE)

        assert parked in (State.WAITING, State.QUEUED)
        again = claim(postgres)
        assert again.id == parent.id
        finish(postgres, again)


def test_a_parent_that_is_cancelled_while_its_child_ends_ends_too(postgres):
    for _ in range(40):
        parent = running(postgres)
        kid = child(postgres, parent)
        kid_run = claim(postgres, uuid4())
        postgres.park(parent.id, parent.epoch, [kid])

        at_once(
            lambda p=parent: postgres.cancel(p.id, "ada"), lambda r=kid_run: finish(postgres, r)
        )
        postgres.promote(NODE)

        if state(postgres, parent.id) == "queued":  # the child's end came first
            assert postgres.cancel(parent.id, "ada") is State.CANCELLED
        assert state(postgres, parent.id) == "cancelled"


class Crew:
    """Runs whatever it claims: parents start children and park, children end somehow."""

    def __init__(self, store, number):
        self.store, self.dice, self.me = store, random.Random(number), uuid4()

    def work(self):
        for _ in range(ROUNDS):
            if (run := claim(self.store, self.me)) is not None:
                self.run(run)
            self.store.promote(NODE)
            if self.dice.random() < 0.2:
                self.pass_on()

    def run(self, run):
        job = self.store.get(run.id)
        if self.store.begin(run.id, run.epoch) == "cancel":
            self.end(run, Ending("cancelled"))
        elif job.parent_id is None and run.epoch == 1:
            kids = [child(self.store, run, *self.locks()) for _ in range(self.dice.randint(1, 3))]
            if self.dice.random() < 0.2:
                self.store.cancel(run.id, "ada")
            self.store.park(run.id, run.epoch, kids)
            if self.dice.random() < 0.3:
                self.store.cancel(run.id, "ada")
        else:
            self.end(run, self.dice.choice([DONE, Ending("failed")]))

    def end(self, run, ending):
        nothing = self.store.park(run.id, run.epoch, None) is State.RUNNING
        if ending.outcome != "cancelled" or nothing:
            self.store.finish(run.id, run.epoch, ending)

    def locks(self):
        return [exclusive(self.dice.choice(["a", "b"]))] if self.dice.random() < 0.5 else []

    def pass_on(self):
        for job_id, by in self.store.forsaken():
            self.store.cancel(job_id, by)


def test_many_families_come_to_an_end_without_a_deadlock(postgres, engine):
    for number in range(PARENTS):
        submitted(postgres, *([exclusive("a")] if number % 2 else []))

    at_once(*(Crew(postgres, number).work for number in range(WORKERS)))
    crew = Crew(postgres, WORKERS)
    for _ in range(20):
        crew.work()
        crew.pass_on()

    with engine.connect() as connection:
        ask = connection.exec_driver_sql
        assert [ask(one).scalar() for one in (OPEN, CLASH, STUCK, LEAK, DEADLOCKS)] == [0] * 5


def test_reasons_for_a_page_take_as_many_questions_as_for_one_job(postgres, monkeypatch):
    asked, ask = [], psycopg.Cursor.execute

    def noted(cursor, statement, *values, **options):
        asked.append(statement)
        return ask(cursor, statement, *values, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    holders = [running(postgres, exclusive(f"p{n}"), title=f"Scrub {n}") for n in range(5)]
    locked = [submitted(postgres, exclusive(f"p{n}")) for n in range(5)]
    after = [submitted(postgres, after=(one.id,)) for one in holders]
    queued = [submitted(postgres) for _ in range(5)]

    def questions(*ids):
        jobs = [postgres.get(one) for one in ids]
        asked.clear()
        postgres.explain(jobs, silent_s=90)
        return len(asked)

    few = questions(locked[0], after[0], queued[0], holders[0].id)
    postgres._kept.clear()
    postgres._slots.clear()
    many = questions(*locked, *after, *queued, *(one.id for one in holders))
    assert many == few <= 5
    assert explained(postgres, holders[0].id).estimate is None
    assert questions(holders[0].id, queued[0]) == 0, "what changes slowly is remembered"
    assert questions(submitted(postgres)) == 2, "a new job has no place in a remembered line"
