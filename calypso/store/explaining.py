"""Why jobs wait and how long they take: a few queries for a page, none for what needs none."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from calypso.models.estimate import MOST_RUNS, Kind
from calypso.models.job import Job, State, WaitReason
from calypso.store import reading
from calypso.store.asking import Asking
from calypso.store.explained import (
    MOST_SHOWN,
    Around,
    Needs,
    RunTimes,
    Served,
    explained,
    kinds_wanted,
)

RUN_TIMES_KEPT_S = 30.0  # past runs change slowly; a job that is polled must stay cheap
MOST_KINDS_KEPT = 2000
SLOTS_KEPT_S = 1.0  # people poll a queued job; who serves its queue changes less often
PLACES_COUNTED = reading.COUNTED + 1
HOLDERS = f"SELECT {reading.HOT} FROM calypso.jobs WHERE id = ANY(%s::uuid[])"  # noqa: S608 - fixed words
NEEDS = f"""
SELECT d.wanted_by, d.total, d.ended, d.percents, d.unknown, q.* FROM (
  SELECT d.job_id AS wanted_by, j.id AS unfinished, count(*) OVER mine AS total,
         count(*) FILTER (WHERE j.id IS NULL) OVER mine AS ended,
         coalesce(sum((j.progress->>'percent')::float8) FILTER (WHERE j.state = 'running') OVER mine, 0) AS percents,
         count(*) FILTER (WHERE j.state = 'running' AND j.progress->>'percent' IS NULL) OVER mine AS unknown,
         row_number() OVER (PARTITION BY d.job_id
                            ORDER BY j.id IS NULL, (j.id::text = w.wait_on) DESC, (j.state = 'running') DESC, j.id) AS place
    FROM calypso.job_deps d JOIN calypso.jobs w ON w.id = d.job_id
    LEFT JOIN calypso.jobs j ON j.id = d.needs AND j.state IN ('waiting', 'queued', 'running')
   WHERE d.job_id = ANY(%s::uuid[]) WINDOW mine AS (PARTITION BY d.job_id)) d
  CROSS JOIN LATERAL (SELECT {reading.HOT} FROM calypso.jobs j WHERE j.id = d.unfinished) q
 WHERE d.place <= %s ORDER BY d.wanted_by, d.place"""  # noqa: S608, E501 - fixed words, read in whole lines
SERVED = f"""
SELECT w.node AS serving_node, s.queue AS serving, w.draining AS drains,
       w.seen_at < now() - make_interval(secs => %s) AS silent, q.*
  FROM calypso.workers w CROSS JOIN LATERAL unnest(w.queues) AS s(queue)
  LEFT JOIN LATERAL (SELECT {reading.HOT} FROM calypso.jobs j
                      WHERE j.worker_id = w.id AND j.state = 'running'
                      ORDER BY j.started_at DESC LIMIT 1) q ON true
 WHERE s.queue = ANY(%s) ORDER BY q.started_at, w.id"""  # noqa: S608 - fixed words
PLACES = """
SELECT s.node, s.queue, p.id, row_number() OVER (PARTITION BY s.node, s.queue ORDER BY p.priority DESC, p.seq) AS place
  FROM unnest(%s::text[], %s::text[]) AS s(node, queue) CROSS JOIN LATERAL (
    SELECT j.id, j.priority, j.seq FROM calypso.jobs j
     WHERE j.state = 'queued' AND j.node = s.node COLLATE "C" AND j.queue = s.queue
     ORDER BY j.priority DESC, j.seq LIMIT %s) p"""  # noqa: E501
RUN_TIMES = "SELECT kind, took_s FROM calypso.run_times(%s, %s, %s, %s)"


Queue = tuple[str, str]  # node, name


@dataclass(frozen=True)
class Slots:
    """Who serves a queue, and the first hundred in its line."""

    served: Sequence[Served]
    places: Mapping[UUID, int]

    def knows(self, ids: Sequence[UUID]) -> bool:
        """Tell whether it can place these jobs: one that came since then it cannot."""
        return len(self.places) >= PLACES_COUNTED or all(one in self.places for one in ids)


NOBODY = Slots((), {})


class Explaining(Asking):
    """The verb that tells reasons. Keeps run times, and slots, for a while in this process."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._kept: dict[Kind, tuple[float, Sequence[float]]] = {}
        self._slots: dict[tuple[Queue, float], tuple[float, Slots]] = {}

    def explain(self, jobs: Sequence[Job], *, silent_s: float) -> list[Job]:
        """Return the jobs with who is in the way, which slots are taken, how long such runs took.

        A worker not heard of for `silent_s` counts as silent.
        """
        around = self._around(jobs, silent_s)
        run_times = self._run_times(kinds_wanted([*jobs, *around.jobs()]))
        return [explained(job, around, run_times) for job in jobs]

    def _around(self, jobs: Sequence[Job], silent_s: float) -> Around:
        waits = [(job.id, job.wait) for job in jobs if job.wait is not None]
        locks = {wait.holder_job for _, wait in waits if wait.reason is WaitReason.LOCK}
        after = [job_id for job_id, wait in waits if wait.reason is WaitReason.AFTER]
        slots = self._slots_of([job for job in jobs if job.state is State.QUEUED], silent_s)
        return Around(
            holders=self._holders([one for one in locks if one is not None]),
            needs=self._needs(after) if after else {},
            served={queue: one.served for queue, one in slots.items()},
            places={
                job_id: place for one in slots.values() for job_id, place in one.places.items()
            },
        )

    def _holders(self, ids: Sequence[UUID]) -> dict[UUID, Job]:
        rows = self._rows(HOLDERS, ids) if ids else ()
        return {row.id: reading.job(row, {}) for row in rows}

    def _needs(self, ids: Sequence[UUID]) -> dict[UUID, Needs]:
        found: dict[UUID, Needs] = {}
        for row in self._rows(NEEDS, ids, MOST_SHOWN):
            known = found.get(row.wanted_by)
            open_jobs = (*(known.open if known else ()), reading.job(row, {}))
            found[row.wanted_by] = Needs(
                total=row.total, ended=row.ended, percents=row.percents, unknown=row.unknown,
                open=open_jobs,
            )  # fmt: skip
        return found

    # -- slots

    def _slots_of(self, queued: Sequence[Job], silent_s: float) -> dict[Queue, Slots]:
        """Return who serves the queues of these jobs, and their lines, at most a second old."""
        known, instant = dict[Queue, Slots](), time.monotonic()
        wanted = {(job.node, job.queue) for job in queued}
        for queue in wanted:
            until, slots = self._slots.get((queue, silent_s), (0.0, NOBODY))
            mine = [job.id for job in queued if (job.node, job.queue) == queue]
            if instant < until and slots.knows(mine):
                known[queue] = slots
        if missing := sorted(wanted - known.keys()):
            for queue, slots in self._look_at(missing, silent_s).items():
                self._slots[queue, silent_s] = (instant + SLOTS_KEPT_S, slots)
                known[queue] = slots
        return known

    def _look_at(self, queues: Sequence[Queue], silent_s: float) -> dict[Queue, Slots]:
        served, places = (
            self._served([queue for _, queue in queues], silent_s),
            self._places(queues),
        )
        return {queue: Slots(served[queue], places[queue]) for queue in queues}

    def _served(self, queues: Sequence[str], silent_s: float) -> dict[Queue, list[Served]]:
        found: dict[Queue, list[Served]] = defaultdict(list)
        for row in self._rows(SERVED, silent_s, list(queues)):
            job = None if row.id is None else reading.job(row, {})
            served = Served(draining=row.drains, silent=row.silent, job=job)
            found[row.serving_node, row.serving].append(served)
        return found

    def _places(self, queues: Sequence[Queue]) -> dict[Queue, dict[UUID, int]]:
        nodes, names = zip(*queues, strict=True)
        found: dict[Queue, dict[UUID, int]] = defaultdict(dict)
        for row in self._rows(PLACES, list(nodes), list(names), PLACES_COUNTED):
            found[row.node, row.queue][row.id] = row.place
        return found

    # -- past runs

    def _run_times(self, kinds: Sequence[Kind]) -> RunTimes:
        known, instant = dict[Kind, Sequence[float]](), time.monotonic()
        for kind in kinds:
            until, took_s = self._kept.get(kind, (0.0, ()))
            if instant < until:
                known[kind] = took_s
        if missing := [kind for kind in kinds if kind not in known]:
            past = self._past(missing)
            self._keep(past, instant + RUN_TIMES_KEPT_S)
            known.update(past)
        return known

    def _keep(self, past: RunTimes, until: float) -> None:
        if len(self._kept) > MOST_KINDS_KEPT:
            self._kept.clear()
        self._kept.update({kind: (until, took_s) for kind, took_s in past.items()})

    def _past(self, kinds: Sequence[Kind]) -> RunTimes:
        types, nodes, titles = zip(*kinds, strict=True)
        rows = self._rows(RUN_TIMES, list(types), list(nodes), list(titles), MOST_RUNS)
        return {kinds[row.kind - 1]: tuple(row.took_s) for row in rows}
