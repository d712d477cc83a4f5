"""A hundred thousand jobs wait on ten locks: what a claim and a finish cost then."""

import time
from functools import partial
from statistics import median
from uuid import uuid4

import psycopg

from bench.contestants import OURS
from bench.findings import Row, at_most
from bench.ground import NODE, Ground, plain
from bench.plan import Plan, in_turns
from bench.programs import Failed
from bench.rows.submit import serve
from bench.team import OurTeam, teams
from calypso.engine.submit import Request, submit
from calypso.models.access import SYSTEM
from calypso.models.ledger import Ending
from calypso.wiring import House

ALONE, CROWD = "none waiting", "with the crowd"
LOCKS = 10
BATCH = 2000
LEASE_S = 600.0
DONE = Ending("succeeded", result={})
SUBMIT = """
SELECT count(*) FROM generate_series(1, %s) n, LATERAL calypso.submit(jsonb_build_object(
  'id', gen_random_uuid(), 'type', 'system.noop', 'subsystem', 'system', 'node', %s::text,
  'queue', 'system@' || %s::text, 'title', 'Check a worker', 'params', '{}'::jsonb,
  'locks', jsonb_build_array(jsonb_build_array('system/noop/lock' || (n %% %s), 'X')),
  'requested_by', 'bench', 'source_kind', 'user', 'priority', 0, 'after', '[]'::jsonb,
  'run_even_if_failed', false, 'max_attempts', 3, 'on_lost', 'requeue', 'cancel', 'anytime',
  'control', false)) made"""


def measure(here: Ground, plan: Plan) -> Row:
    """Time both in a house where nobody waits and in one with the crowd, in turns."""
    waiting, cycles = plan.size(100_000, 200), plan.size(100, 5)
    row = Row(f"{waiting:,} jobs waiting on {LOCKS} locks")
    with (
        teams(here, [OURS], staffed=False) as (empty,),
        teams(here, [OURS], staffed=False) as (full,),
    ):
        assert isinstance(empty, OurTeam)
        assert isinstance(full, OurTeam)
        serve(empty.house)
        database = plain(full.environment["CALYPSO_DATABASE_URL"])
        _gather(database, waiting)
        turns = {
            ALONE: partial(_alone, empty.house, cycles),
            CROWD: partial(_crowded, full.house, cycles),
        }
        for warm in turns.values():
            warm()
        found = in_turns(plan, turns)
        _check(database, waiting - cycles * (plan.rounds + 1))
    for number, what in enumerate(("claim", "finish", "finish and claim")):
        times = {name: [one[number] for one in many] for name, many in found.items()}
        row.add_ratio(f"{what} against {ALONE}", times[CROWD], times[ALONE], goal=at_most(2))
        for name, many in times.items():
            row.add(f"{what}, {name}", many, "ms")
    return row


def _alone(house: House, cycles: int) -> tuple[float, float, float]:
    """Each job is alone with its lock: granted at its submit, nobody behind it."""
    for number in range(2 * cycles + 1):
        params = {"lock": f"alone-{number}"}
        submit(house.ports, house.types, SYSTEM, Request(type="system.noop", params=params))
    found = _cycle(house, cycles)
    _drain(house)
    return found


def _crowded(house: House, cycles: int) -> tuple[float, float, float]:
    """Each end grants the lock to the next in a line of thousands."""
    return _cycle(house, cycles // 2 or 1)


def _cycle(house: House, cycles: int) -> tuple[float, float, float]:
    """Return milliseconds of a claim, a finish, and both in one."""
    jobs, worker, queue = house.ports.jobs, uuid4(), f"system@{NODE}"
    claims, ends, both = [], [], []
    for _ in range(cycles):
        began = time.perf_counter()
        mine = jobs.claim(queue, NODE, worker, lease_s=LEASE_S)
        claimed = time.perf_counter()
        if mine is None:
            raise Failed("there was nothing to claim")
        _, following = jobs.finish_and_claim(
            mine.id, mine.epoch, DONE, queue=queue, node=NODE, worker=worker, lease_s=LEASE_S
        )
        passed = time.perf_counter()
        if following is None or jobs.finish(following.id, following.epoch, DONE) is None:
            raise Failed("there was nothing to finish")
        ended = time.perf_counter()
        claims.append(claimed - began)
        both.append(passed - claimed)
        ends.append(ended - passed)
    return median(claims) * 1000, median(ends) * 1000, median(both) * 1000


def _drain(house: House) -> None:
    jobs, worker = house.ports.jobs, uuid4()
    while (one := jobs.claim(f"system@{NODE}", NODE, worker, lease_s=LEASE_S)) is not None:
        jobs.finish(one.id, one.epoch, DONE)


def _gather(database: str, waiting: int) -> None:
    with psycopg.connect(database, autocommit=True) as crowd:
        for first in range(0, waiting + LOCKS, BATCH):
            some = min(BATCH, waiting + LOCKS - first)
            crowd.execute(SUBMIT, (some, NODE, NODE, LOCKS))
        crowd.execute("VACUUM ANALYZE")


def _check(database: str, wanted: int) -> None:
    with psycopg.connect(database) as asking:
        found = asking.execute("SELECT count(*) FROM calypso.jobs WHERE state = 'waiting'")
        if (count := (found.fetchone() or (0,))[0]) < wanted:
            raise Failed(f"{wanted} jobs should wait still, {count} do")
