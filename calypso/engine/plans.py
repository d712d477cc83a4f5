"""Plans: what a job would do, found by the worker that owns the driver, without doing it.

The doors may not touch a driver, so a plan is a short control job whose row is waited for.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from calypso.engine.access import find_type, require
from calypso.engine.asking import answer_of
from calypso.engine.nodes import choose_node
from calypso.engine.ports import Ports
from calypso.engine.request import read_params
from calypso.errors import PlanRefused, PlanRequired, PlanStale, PlanTimedOut
from calypso.models.access import SYSTEM, Actor
from calypso.models.clock import uuid7
from calypso.models.job import HeldLock, Source, State
from calypso.models.jobtype import JobParams, JobType, Plan, queue_name
from calypso.models.ledger import NewJob
from calypso.models.running import Known

PLAN_TIMEOUT_S = 10.0


class PlanAnswer(BaseModel):
    """A plan as people see it, and the hash by which they say that they have."""

    commands: list[list[str]]
    effects: list[str]
    locks: list[HeldLock]
    destroys: list[str]
    plan_hash: str


def make_plan(
    ports: Ports,
    types: Mapping[str, JobType],
    actor: Actor,
    *,
    type_name: str,
    params: Mapping[str, Any],
    node: str | None,
    timeout_s: float = PLAN_TIMEOUT_S,
) -> PlanAnswer:
    """Let the node's worker find out what a job would do; runs nothing.

    Raises UnknownJobType, Forbidden, Invalid, SubsystemUnavailable, PlanTimedOut, and
    PlanRefused with the subsystem's words when the job could not even start.
    """
    job_type = find_type(types, type_name)
    require(actor, job_type.permission)
    checked = read_params(job_type, params)
    where = choose_node(ports, job_type.subsystem, node)
    return _planned(ports, job_type, checked, node=where, timeout_s=timeout_s)


def check_plan(
    ports: Ports,
    job_type: JobType,
    params: JobParams,
    *,
    node: str,
    plan_hash: str | None,
) -> None:
    """Raise PlanRequired or PlanStale unless a destructive job comes with its current plan."""
    if not job_type.destructive:
        return
    if plan_hash is None:
        raise PlanRequired(
            f"{job_type.name} destroys data. Ask POST /plans for its plan, look at what it "
            "destroys, and send its plan_hash along."
        )
    current = _planned(ports, job_type, params, node=node, timeout_s=PLAN_TIMEOUT_S)
    if current.plan_hash != plan_hash:
        raise PlanStale("The plan you saw is not what would happen now. Make a new plan and look.")


def plan_of(job_type: JobType, params: JobParams, driver: object, known: Known) -> PlanAnswer:
    """Make the plan, beside the driver. A type without a plan of its own names its title."""
    title = Plan(effects=[params.title()])
    plan = job_type.plan(params, driver, known) if job_type.plan else title
    return PlanAnswer(
        commands=plan.commands,
        effects=plan.effects,
        locks=[HeldLock(path=lock.path, mode=lock.mode.word) for lock in params.locks()],
        destroys=plan.destroys,
        plan_hash=plan.hash_for(job_type.name, params.model_dump(mode="json")),
    )


def control_job(subsystem: str, verb: str, node: str, params: Mapping[str, Any]) -> NewJob:
    """Return a short job for a subsystem's control worker."""
    return NewJob(
        id=uuid7(),
        type=f"{subsystem}.{verb}",
        subsystem=subsystem,
        node=node,
        queue=queue_name(subsystem, node, control=True),
        title=f"{verb} {params.get('type') or params.get('noun') or subsystem}",
        params=params,
        locks=(),
        requested_by=SYSTEM.name,
        source=Source(kind="system", id=verb),
        control=True,
    )


def _planned(
    ports: Ports, job_type: JobType, params: JobParams, *, node: str, timeout_s: float
) -> PlanAnswer:
    asked = {"type": job_type.name, "params": params.model_dump(mode="json")}
    new = control_job(job_type.subsystem, "plan", node, asked)
    job = answer_of(ports, new, timeout_s=timeout_s)
    if job is None:
        raise PlanTimedOut(
            f"The {new.subsystem} worker on {new.node} made no plan within {timeout_s:g} s. "
            "It may be starting or out of reach; try again, or see GET /workers."
        )
    if job.state is not State.SUCCEEDED or job.result is None:
        raise PlanRefused(job.error.detail if job.error else f"The plan ended {job.state}.")
    return PlanAnswer.model_validate(job.result)
