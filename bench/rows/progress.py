"""What a progress write costs, and how many there are of a driver that never stops talking."""

import time
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4

import psycopg
import redis
from celery import Celery

from bench.contestants import OURS
from bench.findings import Row, at_most
from bench.ground import Ground, plain, python
from bench.plan import Plan, in_turns
from bench.programs import until
from bench.team import OurTeam, teams
from calypso.engine.progress import Meter
from calypso.engine.submit import Request, submit
from calypso.live.progress import STREAM, RedisLive
from calypso.models.access import SYSTEM

BEAT_S = 1.0
MOST_PER_S = 2
COUNTING = """
CREATE TABLE bench_beats (at timestamptz NOT NULL);
CREATE FUNCTION bench_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO bench_beats VALUES (clock_timestamp()); RETURN NULL; END $$;
CREATE TRIGGER bench_count AFTER UPDATE ON calypso.jobs FOR EACH ROW
  WHEN (OLD.state = 'running' AND NEW.state = 'running' AND OLD.begun_at IS NOT NULL)
  EXECUTE FUNCTION bench_count()"""


def measure(here: Ground, plan: Plan) -> Row:
    """Write progress, a value and a stream entry, against Celery's `update_state`."""
    row = Row("A progress write")
    writes = plan.size(2000, 50)
    found = in_turns(plan, {OURS: _ours(here, writes), "celery": _celerys(here, writes)})
    row.add_ratio("against update_state", found[OURS], found["celery"], goal=at_most(0.35))
    for name, many in found.items():
        row.add(f"{name}: one write", many, "µs")
    _chatter(here, plan, row)
    return row


def _ours(here: Ground, writes: int) -> Callable[[], float]:
    live, meter, job = RedisLive(here.redis(5)), Meter(), uuid4()

    def turn() -> float:
        return _each_us(writes, lambda n: live.progress(
            job, "system", meter.report(done=n, total=writes, unit="steps").model_dump(mode="json")
        ))  # fmt: skip

    return turn


def _celerys(here: Ground, writes: int) -> Callable[[], float]:
    url = here.redis(6)
    app = Celery("bench", broker=url, backend=url, set_as_current=False)
    task, task_id = app.task(_nothing), str(uuid4())

    def turn() -> float:
        return _each_us(writes, lambda n: task.update_state(
            task_id=task_id, state="PROGRESS", meta={"done": n, "total": writes, "unit": "steps"}
        ))  # fmt: skip

    return turn


def _nothing() -> None:
    """Stand for a task."""


def _each_us(count: int, write: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(count):
        write(number)
    return (time.perf_counter() - began) / count * 1e6


def _chatter(here: Ground, plan: Plan, row: Row) -> None:
    """Have a real worker run a job that reports in a loop, and count what left the process."""
    seconds = plan.size(5, 2)
    with teams(here, [OURS]) as (ours,):
        assert isinstance(ours, OurTeam)
        for one in ours.workers:
            one.kill()
        ours.workers = [_worker(here, ours, "workers.jobs"), _worker(here, ours, "workers.control")]
        ours.warm(2)
        database = plain(ours.environment["CALYPSO_DATABASE_URL"])
        with psycopg.connect(database, autocommit=True) as counted:
            counted.execute(COUNTING)
        ours.let_go()
        told = [_talk(ours, seconds) for _ in range(plan.rounds)]
    row.add("reports a second of a driver in a loop", [one[0] for one in told], "/s")
    row.add("entries to Redis a second", [one[1] for one in told], "/s", goal=at_most(MOST_PER_S))
    row.add("row updates for each heartbeat", [one[2] for one in told], "", goal=at_most(1))


def _worker(here: Ground, ours: OurTeam, module: str) -> Any:
    environment = {**ours.environment, "CALYPSO_HEARTBEAT_S": str(BEAT_S)}
    return here.start(module, *python(module, "system"), env=environment)


def _talk(ours: OurTeam, seconds: int) -> tuple[float, float, float]:
    house = ours.house
    asked = Request(type="system.bench_chatter", params={"seconds": seconds})
    job = submit(house.ports, house.types, SYSTEM, asked).job
    ended = until(
        lambda: (now := house.ports.jobs.get(job.id)) and now.state.is_terminal and now,
        what="the end of the talking",
    )
    with redis.Redis.from_url(
        ours.environment["CALYPSO_REDIS_URL"], decode_responses=True
    ) as client:
        entries = cast("list[tuple[str, dict[str, str]]]", client.xrange(STREAM))
    mine = [e for _, e in entries if e["event"] == "job.progress" and str(job.id) in e["data"]]
    with psycopg.connect(
        plain(ours.environment["CALYPSO_DATABASE_URL"]), autocommit=True
    ) as asking:
        beats = asking.execute(
            "WITH d AS (DELETE FROM bench_beats RETURNING 1) SELECT count(*) FROM d"
        )
        count = (beats.fetchone() or (0,))[0]
    return ended.result["reports"] / seconds, (len(mine) - 1) / seconds, count / (seconds / BEAT_S)
