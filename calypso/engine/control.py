"""Work of seconds on a subsystem's control queue: plans, fresh inventory, a look at a job."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from calypso.engine import doctor, lookup
from calypso.engine.access import require
from calypso.engine.known import Record
from calypso.engine.plans import PlanAnswer, control_job, make_plan, plan_of
from calypso.engine.ports import Ports
from calypso.engine.request import read_params
from calypso.errors import SubsystemUnavailable
from calypso.models.access import Actor
from calypso.models.inventory import InventoryTable
from calypso.models.job import Job
from calypso.models.jobtype import Cancel, JobParams, JobResult, JobType, OnLost, Retry
from calypso.models.lookup import Lookup
from calypso.models.running import Known, RunningJob

__all__ = ["PlanAnswer", "control_types", "make_plan", "refresh", "refresh_tables"]
CONTROL_TIMEOUT_S = 120.0


class PlanParams(JobParams):
    """Which job to plan."""

    type: str
    params: dict[str, Any]


class PlanResult(JobResult, PlanAnswer):
    """The plan."""


class RefreshParams(JobParams):
    """Which table to read anew; all of the subsystem when empty."""

    noun: str | None = None


class RefreshResult(JobResult):
    """How many rows each table has now."""

    rows: dict[str, int]


def refresh(ports: Ports, actor: Actor, table: InventoryTable, node: str | None) -> list[Job]:
    """Ask for a table to be read anew, on one node or on each that has it."""
    require(actor, f"{table.subsystem}:read")
    statuses = ports.inventory.subsystems(node)
    nodes = [one.node for one in statuses if one.subsystem == table.subsystem]
    if not nodes:
        raise SubsystemUnavailable(
            f"No worker serves {table.subsystem}. Start one: calypso worker {table.subsystem}."
        )
    return [job for one in nodes if (job := _ask(ports, table, one)) is not None]


def refresh_tables(
    ports: Ports, tables: Mapping[str, InventoryTable], driver: Any, *, node: str, subsystem: str
) -> dict[str, int]:
    """Read each table of a subsystem and store it; returns how many rows each has."""
    counts: dict[str, int] = {}
    known = Record(ports, node)
    for table in tables.values():
        if table.subsystem != subsystem:
            continue
        counts[table.noun] = 0
        if ports.inventory.replace(node, table.name, _counted(table, driver, known, counts)):
            ports.live.tell("inventory.changed", {"table": table.name, "node": node})
        if table.sampled:
            ports.inventory.sample(table.name, node, table.sampled)
    return counts


def _counted(
    table: InventoryTable, driver: Any, known: Known, counts: dict[str, int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows as they are read, so that a long table never stands in memory as a whole."""
    for row in table.read(driver, known):
        counts[table.noun] += 1
        yield row.key, row.model_dump(mode="json")


def control_types(
    ports: Ports,
    types: Mapping[str, JobType],
    tables: Mapping[str, InventoryTable],
    lookups: Mapping[str, Lookup],
) -> dict[str, JobType]:
    """Return the control job types of every subsystem there is, by name."""
    found: dict[str, JobType] = {}
    for subsystem in sorted({one.subsystem for one in types.values()}):
        for made in (
            _plan_type(subsystem, types),
            _refresh_type(subsystem, ports, tables),
            _lookup_type(subsystem, lookups),
            _doctor_type(subsystem, ports),
        ):
            found[made.name] = made
    return found


def _plan_type(subsystem: str, types: Mapping[str, JobType]) -> JobType:
    def run(params: PlanParams, driver: Any, running: RunningJob) -> PlanResult:
        job_type = types[params.type]
        plan = plan_of(job_type, read_params(job_type, params.params), driver, running)
        return PlanResult.model_validate(plan.model_dump())

    return _control(f"{subsystem}.plan", "Make a plan", PlanParams, PlanResult, run)


def _refresh_type(subsystem: str, ports: Ports, tables: Mapping[str, InventoryTable]) -> JobType:
    def run(params: RefreshParams, driver: Any, running: RunningJob) -> RefreshResult:
        wanted = {
            name: table for name, table in tables.items() if params.noun in (None, table.noun)
        }
        node = running.node
        rows = refresh_tables(ports, wanted, driver, node=node, subsystem=subsystem)
        return RefreshResult(rows=rows)

    name = f"{subsystem}.refresh"
    return _control(name, "Read the inventory anew", RefreshParams, RefreshResult, run)


def _lookup_type(subsystem: str, lookups: Mapping[str, Lookup]) -> JobType:
    def run(params: lookup.LookupParams, driver: Any, _: RunningJob) -> lookup.LookupResult:
        return lookup.looked_up(lookups[f"{subsystem}/{params.noun}"], params, driver)

    name = f"{subsystem}.{lookup.VERB}"
    return _control(name, "Look a table up", lookup.LookupParams, lookup.LookupResult, run)


def _doctor_type(subsystem: str, ports: Ports) -> JobType:
    def run(params: doctor.DoctorParams, _: Any, running: RunningJob) -> doctor.DoctorResult:
        return doctor.probe(ports, params, running)

    name = f"{subsystem}.{doctor.VERB}"
    made = _control(name, "Look at a job", doctor.DoctorParams, doctor.DoctorResult, run)
    return replace(made, driver=None)  # it must work where the product does not


def _control(
    name: str, title: str, params: type[JobParams], result: type[JobResult], run: Any
) -> JobType:
    return JobType(
        name=name,
        title=title,
        description="",
        params=params,
        result=result,
        driver=object,
        run=run,
        plan=None,
        permission=f"{name.partition('.')[0]}:read",
        timeout_s=CONTROL_TIMEOUT_S,
        cancel=Cancel.ANYTIME,
        grace_s=1.0,
        on_lost=OnLost.REQUEUE,
        retry=Retry(),
        schedulable=False,
        destructive=False,
        stall_s=None,
        control=True,
    )


def _ask(ports: Ports, table: InventoryTable, node: str) -> Job | None:
    new = control_job(table.subsystem, "refresh", node, {"noun": table.noun})
    ports.jobs.submit(new)
    ports.hints.ring(new.queue, new.id)
    return ports.jobs.get(new.id)
