"""The lock book of PostgreSQL against the fake's brute force, step by step, in random sequences."""

import random
from uuid import UUID, uuid4

import pytest

from calypso.models.lock import Lock, Mode
from tests.contract.store.making import AGAIN, NODE, claim, finish, new
from tests.fakes.memory_store import MemoryJobStore

pytestmark = pytest.mark.postgres
PATHS = ["a", "a/b", "a/b/c", "a/b/d", "a/e", "f", "f/g", "h"]
MODES = [Mode.IS, Mode.IX, Mode.S, Mode.S, Mode.SIX, Mode.X, Mode.X]
MOST = 25  # unfinished jobs at a time
WORKERS = [uuid4(), uuid4()]
CLASH = """
SELECT count(*) FROM calypso.job_locks x JOIN calypso.job_locks y USING (node, path)
 WHERE x.job_id < y.job_id AND x.granted AND y.granted AND y.mode = ANY (calypso.clashes(x.mode))"""


class Pair:
    """Both stores, told the same."""

    def __init__(self, real, seed):
        self.real, self.model = real, MemoryJobStore()
        self.dice = random.Random(seed)
        self.running = {}
        self.unfinished = []

    def both(self, act):
        real, model = act(self.real), act(self.model)
        assert real == model
        return real

    def step(self):
        kinds = [self.submit, self.claim, self.finish, self.cancel, self.promote, self.reap]
        self.dice.choices(kinds, weights=[40, 20, 18, 8, 8, 3])[0]()

    def submit(self):
        if len(self.unfinished) >= MOST:
            return
        paths = self.dice.sample(PATHS, self.dice.randint(1, 3))
        locks = [Lock(path, self.dice.choice(MODES)) for path in paths]
        if self.dice.random() < 0.2:
            locks.append(Lock(paths[0], self.dice.choice([Mode.S, Mode.IX])))
        asked = new(
            *locks, priority=self.dice.choice([0, 0, 0, 1, 2]), max_attempts=99, on_lost="requeue"
        )
        self.both(lambda store: store.submit(asked))
        self.unfinished.append(asked.id)

    def claim(self):
        worker = self.dice.choice(WORKERS)
        claimed = self.both(lambda store: claim(store, worker))
        if claimed is not None:
            self.running[claimed.id] = claimed
            if self.dice.random() < 0.5:
                self.both(lambda store: store.begin(claimed.id, claimed.epoch))

    def finish(self):
        if self.running:
            claimed = self.running.pop(self.dice.choice(sorted(self.running)))
            if self.dice.random() < 0.25:
                self.both(lambda store: finish(store, claimed, AGAIN))
            else:
                self.both(lambda store: finish(store, claimed))

    def cancel(self):
        waiting = [job_id for job_id in self.unfinished if job_id not in self.running]
        if waiting:
            job_id = self.dice.choice(waiting)
            self.both(lambda store: store.cancel(job_id, "ada"))

    def promote(self):
        # In one order on both sides: the real one goes by the time a job came due.
        self.both(lambda store: store.promote(NODE))

    def reap(self):
        worker = self.dice.choice(WORKERS)
        taken = self.both(lambda store: store.reap(NODE, worker))
        if taken is not None:
            self.running.pop(taken[0])

    def look(self):
        """What people see of every job is the same."""
        for job_id in list(self.unfinished):
            real, model = self.real.get(job_id), self.model.get(job_id)
            assert seen(real) == seen(model)
            if real.state.is_terminal:
                self.unfinished.remove(job_id)


def seen(job):
    wait = job.wait
    place: tuple[str | None, UUID | None] = (None, None)
    if wait is not None and wait.reason.value == "lock":
        place = (wait.resource, wait.position)
    return job.state, wait and wait.reason, place, job.attempt


@pytest.mark.parametrize("seed", range(5))
def test_the_book_grants_what_the_rules_say(postgres, engine, seed):
    pair = Pair(postgres, seed)

    for _ in range(120):
        pair.step()
        pair.look()

    with engine.connect() as connection:
        assert connection.exec_driver_sql(CLASH).scalar() == 0
