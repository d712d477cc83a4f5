"""Jobs over HTTP: who is calling, JSON in, JSON out; all decisions are the engine's."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from api.context import actor, answer, door, house, listed
from api.freshness import etag_of, fresh, is_known
from api.job_shapes import (
    HistoryEvent,
    HistoryPage,
    HistoryQuery,
    JobPage,
    JobPath,
    JobQueryOne,
    JobRequest,
    JobsQuery,
    LogQuery,
    PlanRequest,
    RerunRequest,
    type_info,
)
from api.submissions import idempotency_key, shown, submitted
from calypso.engine import cancel as cancelling
from calypso.engine import control, submit
from calypso.engine.access import may_read, require
from calypso.engine.plans import PlanAnswer
from calypso.engine.silence import silence_s
from calypso.errors import FieldError, Invalid, NotFound
from calypso.models.job import Job
from calypso.models.listing import JobQuery
from calypso.store.events import LARGEST

FALLBACK_S = 2.0  # a long poll looks this often, should no bell ring


blueprint = APIBlueprint("jobs", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="jobs")])


LOG = {
    "description": "Text from the offset on; X-Next-Offset says where to go on.",
    "headers": {"X-Next-Offset": {"schema": {"type": "integer"}}},
    "content": {"text/plain": {"schema": {"type": "string"}}},
}
TYPES = {
    "description": "Every job type.",
    "content": {
        "application/json": {
            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/JobTypeInfo"}}
        }
    },
}


@blueprint.get("/job-types", responses={200: TYPES})
def list_types() -> Any:
    """List the job types and what each takes."""
    return [type_info(one).model_dump() for one in house().types.values() if not one.control]


@blueprint.post("/jobs", responses={202: Job})
def start_job(body: JobRequest) -> Any:
    """Start a job.

    With an Idempotency-Key header the same request can be sent again without starting a second
    job; the answer then says Idempotency-Replayed: true.
    """
    asked = submit.Request(
        type=body.type, params=body.params, node=body.node, priority=body.priority,
        not_before=body.not_before, after=tuple(body.after),
        run_even_if_failed=body.run_even_if_failed, plan_hash=body.plan_hash,
        idempotency_key=idempotency_key(),
    )  # fmt: skip
    return submitted(submit.submit(house().ports, house().types, actor(), asked))


@blueprint.post("/plans", responses={200: PlanAnswer})
def plan_job(body: PlanRequest) -> Any:
    """Find out what a job would do, without doing it."""
    found = control.make_plan(
        house().ports, house().types, actor(),
        type_name=body.type, params=body.params, node=body.node,
    )  # fmt: skip
    return answer(found)


@blueprint.get("/jobs", responses={200: JobPage})
def list_jobs(query: JobsQuery) -> Any:
    """List jobs, newest first unless told otherwise."""
    require(actor(), f"{query.subsystem or 'jobs'}:read")
    page = house().ports.jobs.page(
        JobQuery(
            states=tuple(dict.fromkeys(query.state)), types=tuple(dict.fromkeys(query.type)),
            subsystem=query.subsystem, node=query.node, schedule=query.schedule, user=query.user,
            parent=query.parent, since=query.since, until=query.until, text=query.q,
            sort=query.sort, limit=query.limit, cursor=query.cursor,
        )
    )  # fmt: skip
    seen = [fresh(house().ports.live, job) for job in _explained(page.items)]
    return listed(seen, page.next_cursor)


@blueprint.get("/jobs/<uuid:job_id>", responses={200: Job})
def show_job(path: JobPath, query: JobQueryOne) -> Any:
    """Show a job; with `wait`, as soon as it changes or ends."""
    job = _awaited(path.job_id, query.wait) if query.wait else _readable(path.job_id)
    if is_known(job):
        return Response(status=304, headers={"ETag": etag_of(job)})
    return shown(job, headers={"ETag": etag_of(job)})


@blueprint.post("/jobs/<uuid:job_id>/cancel", responses={202: Job})
def cancel_job(path: JobPath) -> Any:
    """Cancel a job: at once before it starts, else its worker is asked to stop."""
    return answer(cancelling.cancel(house().ports, house().types, actor(), path.job_id), 202)


@blueprint.post("/jobs/<uuid:job_id>/rerun", responses={202: Job})
def rerun_job(path: JobPath, body: RerunRequest) -> Any:
    """Start an ended job's request anew, as a new job."""
    done = submit.rerun(
        house().ports, house().types, actor(), path.job_id, plan_hash=body.plan_hash
    )
    return submitted(done)


@blueprint.get("/jobs/<uuid:job_id>/log", responses={200: LOG})
def read_log(path: JobPath, query: LogQuery) -> Any:
    """Read what a job wrote."""
    _readable(path.job_id)
    found = house().ports.jobs.read_log(path.job_id, offset=query.offset, limit=query.limit)
    text, following = found if found is not None else ("", query.offset)
    return Response(text, mimetype="text/plain", headers={"X-Next-Offset": str(following)})


@blueprint.get("/jobs/<uuid:job_id>/history", responses={200: HistoryPage})
def read_history(path: JobPath, query: HistoryQuery) -> Any:
    """Read what happened to a job, oldest first."""
    _readable(path.job_id)
    after = int(query.cursor or 0)
    if after > LARGEST:
        wrong = FieldError("/cursor", "cursor", "not a cursor of this list")
        raise Invalid("The cursor is not one of this list. Start again without it.", [wrong])
    events = house().ports.jobs.events_of(path.job_id, after=after, limit=query.limit + 1)
    shown = events[: query.limit]
    following = shown[-1].cursor.rpartition("-")[2] if len(events) > query.limit else None
    return listed(
        [HistoryEvent(at=e.at, type=e.type, epoch=e.epoch, data=e.data) for e in shown], following
    )


def _readable(job_id: UUID) -> Job:
    """Return a job with its freshest progress; NotFound, Forbidden."""
    job = door().jobs.tell(job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    if not may_read(actor(), job.subsystem):
        require(actor(), f"{job.subsystem}:read")
    return job


def _explained(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs with why they wait and how long they take."""
    here = house()
    return here.ports.jobs.explain(jobs, silent_s=silence_s(here.settings.lease_s))


def _awaited(job_id: UUID, wait_s: float) -> Job:
    """Return the job as soon as it differs from what the caller knows, or when the wait is over."""
    hub = door().hub
    deadline = time.monotonic() + wait_s
    with hub.bell(job_id) as bell:
        first = job = _readable(job_id)
        while not (job.state.is_terminal or hub.stopped or _differs(job, first)):
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            bell.wait(min(left_s, FALLBACK_S))
            bell.clear()
            job = _readable(job_id)
    return job


def _differs(job: Job, first: Job) -> bool:
    if request.if_none_match:
        return not is_known(job)
    return etag_of(job) != etag_of(first)
