"""Many at once: nothing clashes, leaks, waits for ever or is seen twice. PostgreSQL only."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from calypso.models.clock import now
from calypso.models.job import State
from calypso.models.ledger import Beat
from calypso.models.listing import JobQuery
from calypso.models.lock import CLASHES, Lock, Mode, exclusive, expand
from calypso.store.life import submit_on
from tests.contract.store.making import (
    AGAIN,
    DONE,
    NODE,
    QUEUE,
    claim,
    eventually,
    finish,
    new,
    running,
    state,
    submitted,
)

pytestmark = pytest.mark.postgres
MIXED_S = 8.0
THREADS = 8
PATHS = ["a", "a/b", "a/b/c", "a/b/d", "a/e", "f", "f/g", "h"]
MODES = [Mode.S, Mode.S, Mode.X, Mode.IX, Mode.SIX]
NODES = [NODE, NODE, "attic"]
MOST_UNFINISHED = 300
CLASH = """
SELECT count(*) FROM calypso.job_locks x JOIN calypso.job_locks y USING (node, path)
 WHERE x.job_id < y.job_id AND x.granted AND y.granted AND y.mode = ANY (calypso.clashes(x.mode))"""
# Waits for a lock though nobody is in the way, and nobody has noted to look again.
STUCK = """
SELECT count(*) FROM calypso.jobs j WHERE state = 'waiting' AND wait_reason = 'lock'
   AND NOT calypso.blocked(node, wait_on, wait_mode, -priority, seq)
   AND NOT EXISTS (SELECT 1 FROM calypso.lock_dirty d
                    WHERE d.node = j.node AND d.path = j.wait_on)"""
LEAK = """
SELECT count(*) FROM calypso.job_locks l JOIN calypso.jobs j ON j.id = l.job_id
 WHERE (l.granted AND j.state NOT IN ('queued', 'running'))
    OR (NOT l.granted AND (j.state IN ('queued', 'running') OR j.finished_at IS NOT NULL))
    OR (l.standing AND j.wait_reason IS DISTINCT FROM 'lock')"""
COUNTS = f"SELECT ({CLASH}), ({STUCK}), ({LEAK})"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def at_once(*acts):
    """Run all from one starting shot; answers in order."""
    barrier = threading.Barrier(len(acts))

    def run(act):
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class Client:
    """One of many that use the store at random; keeps a ledger of what it ran, and when."""

    def __init__(self, store, number, until, asked):
        self.store, self.until, self.asked = store, until, asked
        self.dice = random.Random(number)
        self.worker = uuid4()
        self.did, self.ledger = Counter(), []

    def work(self):
        while time.monotonic() < self.until:
            act = self.dice.choices(
                [self.submit, self.cancel, self.promote, self.run], [38, 6, 6, 50]
            )
            act[0]()
        return self

    def submit(self):
        if (
            len(self.store.page(JobQuery(states=[State.WAITING], limit=MOST_UNFINISHED)).items)
            == MOST_UNFINISHED
        ):
            return
        paths = self.dice.sample(PATHS, self.dice.randint(0, 3))
        asked = new(
            *(Lock(path, self.dice.choice(MODES)) for path in paths),
            node=self.dice.choice(NODES), priority=self.dice.choice([0, 0, 1]), max_attempts=5,
            on_lost=self.dice.choice(["requeue", "manual"]),
            dedupe_key=self.dice.choice([None] * 9 + ["d1"]),
        )  # fmt: skip
        self.asked[asked.id] = expand(asked.locks)
        self.did[self.store.submit(asked).verdict] += 1

    def cancel(self):
        found = self.store.page(
            JobQuery(states=[State.WAITING, State.QUEUED, State.RUNNING], limit=20)
        )
        if found.items:
            self.did["cancel"] += 1
            self.store.cancel(self.dice.choice(found.items).id, "ada")

    def promote(self):
        self.store.promote(self.dice.choice(NODES))

    def run(self):
        claimed = claim(self.store, self.worker, node=self.dice.choice(NODES))
        while claimed is not None:
            began = time.monotonic()
            self.store.begin(claimed.id, claimed.epoch)
            if self.dice.random() < 0.2:
                self.store.heartbeat(
                    self.worker, [Beat(claimed.id, claimed.epoch, {"done": 1})], lease_s=60
                )
            self.ledger.append((claimed, began, time.monotonic()))
            claimed = self.leave(claimed)

    def leave(self, claimed):
        chance = self.dice.random()
        if chance < 0.1:
            self.did["reap"] += self.store.reap(claimed.node, self.worker) is not None
        elif chance < 0.2:
            self.did["retry"] += finish(self.store, claimed, AGAIN) is not None
        elif chance < 0.6:
            self.did["drain"] += 1
            return self.store.finish_and_claim(
                claimed.id, claimed.epoch, DONE, queue=QUEUE, node=self.dice.choice(NODES),
                worker=self.worker, lease_s=60,
            )[1]  # fmt: skip
        else:
            self.did["finish"] += finish(self.store, claimed) is not None
        return None


def overlapping(asked, ledger):
    """Pairs of executions that held clashing locks at the same time."""
    by_path = {}
    for claimed, began, ended in ledger:
        for path, mode in asked[claimed.id].items():
            by_path.setdefault((claimed.node, path), []).append((began, ended, mode, claimed.id))
    found = []
    for spans in by_path.values():
        active = []
        for span in sorted(spans, key=lambda one: one[:2]):
            active = [other for other in active if other[1] > span[0]]
            found.extend((span, other) for other in active if other[2] in CLASHES[span[2]])
            active.append(span)
    return found


def drained(store):
    """Run everything that is left, to the end; what pauses before it is tried again, too."""
    eventually(lambda: _run_all(store) and not _unfinished(store), within_s=10)


def _run_all(store):
    while (claimed := claim(store) or claim(store, node="attic")) is not None:
        finish(store, claimed)
    return not store.promote(NODE) + store.promote("attic")


def _unfinished(store):
    return store.page(JobQuery(states=[State.WAITING, State.QUEUED, State.RUNNING], limit=1)).items


def test_a_mix_of_everything_neither_clashes_nor_leaks_nor_sticks(postgres, engine):
    until, asked = time.monotonic() + MIXED_S, {}
    clients = [Client(postgres, number, until, asked) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool, engine.connect() as watcher:
        work = [pool.submit(client.work) for client in clients]
        checks = 0
        while time.monotonic() < until:
            assert watcher.exec_driver_sql(COUNTS).one() == (0, 0, 0)
            checks += 1
        for one in work:
            one.result()
        assert watcher.exec_driver_sql(DEADLOCKS).scalar() == 0
    did = sum((client.did for client in clients), Counter())
    ledger = [entry for client in clients for entry in client.ledger]

    assert checks > 20
    assert min(did[kind] for kind in ("created", "cancel", "reap", "retry", "drain", "finish")) > 5
    assert len({(entry[0].id, entry[0].epoch) for entry in ledger}) == len(ledger)
    drained(postgres)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM calypso.job_locks").scalar() == 0
    assert overlapping(asked, ledger) == []


def test_one_key_at_once_from_sixteen_makes_one_job(postgres):
    for turn in range(15):
        locks, key = [exclusive("tank")] if turn % 2 else [], f"k{turn}"
        asked = [new(*locks, request_key=key, request_hash="h") for _ in range(12)]
        asked += [new(*locks, request_key=key, request_hash="other") for _ in range(4)]
        answers = at_once(*(partial(postgres.submit, one) for one in asked))
        assert len({answer.job_id for answer in answers}) == 1
        assert Counter(a.verdict for a in answers)["created"] == 1
        assert {a.verdict for a in answers} == {"created", "same", "conflict"}


def test_one_dedupe_key_at_once_makes_one_job(postgres):
    answers = at_once(*(lambda: postgres.submit(new(dedupe_key="d")) for _ in range(12)))

    assert Counter(answer.verdict for answer in answers) == {"created": 1, "duplicate": 11}


def test_claims_at_once_take_different_jobs(postgres):
    for _ in range(12):
        submitted(postgres)

    claims = at_once(*(lambda: claim(postgres, uuid4()) for _ in range(12)))
    taken = [claimed.id for claimed in claims if claimed is not None]
    assert len(taken) == len(set(taken)) > 0


def test_a_cancel_against_a_finish_never_undoes_it(postgres):
    for _ in range(60):
        run = running(postgres, exclusive("tank"))
        ended, verdict = at_once(
            lambda r=run: finish(postgres, r), lambda r=run: postgres.cancel(r.id, "ada")
        )
        assert ended is State.SUCCEEDED
        assert verdict in ("cancelling", State.SUCCEEDED)
        assert state(postgres, run.id) == "succeeded"


def test_a_cancel_against_a_claim_is_seen_before_anything_begins(postgres):
    for _ in range(60):
        job_id = submitted(postgres, exclusive("tank"))
        claimed, verdict = at_once(
            lambda: claim(postgres), lambda i=job_id: postgres.cancel(i, "ada")
        )
        if claimed is None:
            assert (verdict, state(postgres, job_id)) == (State.CANCELLED, "cancelled")
        else:
            assert verdict == "cancelling"
            assert postgres.begin(claimed.id, claimed.epoch) == "cancel"
            finish(postgres, claimed)


def test_of_finish_reap_and_release_exactly_one_wins(postgres, engine):
    for turn in range(60):
        worker = uuid4()
        run = running(postgres, exclusive("tank"), worker=worker, max_attempts=3, on_lost="requeue")
        if turn % 3:
            postgres.begin(run.id, run.epoch)
        ended, taken, released = at_once(
            lambda r=run: finish(postgres, r),
            lambda w=worker: postgres.reap(NODE, w),
            lambda r=run: postgres.release(r.id, "ada"),
        )
        assert [ended is not None, taken is not None, released].count(True) == 1
        assert postgres.begin(run.id, run.epoch) == "fenced"
        assert postgres.heartbeat(worker, [Beat(run.id, run.epoch)], lease_s=60) == {}
        postgres.cancel(run.id, "ada")
        with engine.connect() as connection:
            assert (
                connection.exec_driver_sql("SELECT count(*) FROM calypso.job_locks").scalar() == 0
            )


def test_needed_jobs_that_end_meanwhile_wake_every_waiter(postgres):
    def chain(number):
        dice, known = random.Random(number), []
        for _ in range(25):
            known.append(
                submitted(postgres, after=dice.sample(known, min(len(known), dice.randint(0, 3))))
            )
            claimed = claim(postgres, uuid4())
            if claimed is not None:
                finish(postgres, claimed)
            postgres.promote(NODE)

    at_once(*(lambda n=number: chain(n) for number in range(6)))
    drained(postgres)

    ended = postgres.page(JobQuery(states=[State.SUCCEEDED], limit=500)).items
    assert len(ended) == 150


def test_no_event_is_ever_skipped_while_others_commit(postgres, engine):
    cursor = postgres.last_cursor()
    done = threading.Event()
    seen = []

    def read():
        nonlocal cursor
        while True:
            last_round = done.is_set()
            events = postgres.events_since(cursor, limit=7)
            seen.extend(event.cursor for event in events)
            cursor = events[-1].cursor if events else cursor
            if last_round and not events:
                return

    def write(number):
        dice = random.Random(number)
        for _ in range(40):
            with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
                submit_on(connection, new())
                if (
                    dice.random() < 0.5
                ):  # others overtake this one between its number and its commit
                    postgres.submit(new())
                connection.commit()

    reader = threading.Thread(target=read)
    reader.start()
    at_once(*(lambda n=number: write(n) for number in range(5)))
    done.set()
    reader.join()

    with engine.connect() as connection:
        every = connection.exec_driver_sql(
            "SELECT xact || '-' || id FROM calypso.job_events ORDER BY xact, id"
        )
        assert seen == list(every.scalars())


def test_an_event_waits_for_older_transactions_still_under_way(postgres, engine):
    cursor = postgres.last_cursor()
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as slow:
        first = submit_on(slow, new()).job_id
        second = submitted(postgres)
        assert postgres.events_since(cursor) == []
        slow.commit()

    assert [event.job_id for event in eventually(lambda: postgres.events_since(cursor))] == [
        first,
        second,
    ]


def test_jobs_retire_while_others_need_them(postgres):
    needed = running(postgres)
    finish(postgres, needed)
    at_once(
        lambda: postgres.retire(
            before=now() + timedelta(hours=1), drop_before=now() - timedelta(days=99)
        ),
        lambda: submitted(postgres, after=[needed.id]),
        lambda: submitted(postgres, after=[needed.id]),
    )
    drained(postgres)

    assert {job.state for job in postgres.page(JobQuery()).items} == {State.SUCCEEDED}
