"""Tables that are read when somebody asks: by the worker that owns the driver, as plans are."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from calypso.engine.access import require
from calypso.engine.asking import answer_of
from calypso.engine.nodes import choose_node
from calypso.engine.plans import control_job
from calypso.engine.ports import Ports
from calypso.engine.request import read_model
from calypso.errors import FieldError, Invalid, LookupRefused, LookupTimedOut
from calypso.models.access import Actor
from calypso.models.job import State
from calypso.models.jobtype import JobParams, JobResult
from calypso.models.lookup import Asked, Lookup, Page
from calypso.models.raw_path import meant

VERB = "look_up"
TIMEOUT_S = 25.0
Row = dict[str, Any]


class LookupParams(JobParams):
    """Which table, and what of it."""

    noun: str
    asked: dict[str, Any]
    limit: int
    after: str | None = None


class LookupResult(JobResult):
    """The rows. `next_after`: the key that the next page begins after; None: there is no more."""

    rows: list[Row]
    next_after: str | None


def look_up(
    ports: Ports,
    table: Lookup,
    actor: Actor,
    given: Mapping[str, str],
    *,
    node: str | None,
    limit: int,
    after: str | None,
    timeout_s: float = TIMEOUT_S,
) -> tuple[list[Row], str | None]:
    """Return rows as they are now, and the key that the next page begins after.

    Raises Forbidden, Invalid, SubsystemUnavailable, LookupTimedOut, and LookupRefused with the
    subsystem's words and code.
    """
    require(actor, f"{table.subsystem}:read")
    asked = read_model(table.asked, given, at="", what=f"{table.name} cannot be asked like this.")
    _refuse_foreign(after)
    where = choose_node(ports, table.subsystem, node)
    params = LookupParams(
        noun=table.noun, asked=asked.model_dump(mode="json"), limit=limit, after=after
    )
    found = _answer(ports, table, where, params, timeout_s)
    return [{**row, "node": where} for row in found.rows], found.next_after


def _refuse_foreign(after: str | None) -> None:
    """Refuse a cursor that no page can have ended with: keys are written as `raw_path` has it."""
    try:
        meant(after or "")
    except ValueError as wrong:
        message = "This cursor is none of this list. Begin without one."
        raise Invalid(message, [FieldError("/cursor", "cursor", message)]) from wrong


def looked_up(table: Lookup, params: LookupParams, driver: object) -> LookupResult:
    """Read a page of a table, beside the driver."""
    asked: Asked = table.asked.model_validate(params.asked)
    page = Page(limit=params.limit + 1, after=params.after)
    rows = [
        one.model_dump(mode="json") for one in islice(table.look(driver, asked, page), page.limit)
    ]
    return LookupResult(rows=rows[: params.limit], next_after=_next(rows, params.limit))


def _next(rows: Sequence[Row], limit: int) -> str | None:
    return str(rows[limit - 1]["key"]) if len(rows) > limit else None


def _answer(
    ports: Ports, table: Lookup, node: str, params: LookupParams, timeout_s: float
) -> LookupResult:
    new = control_job(table.subsystem, VERB, node, params.model_dump(mode="json"))
    job = answer_of(ports, new, timeout_s=timeout_s)
    if job is None:
        raise LookupTimedOut(
            f"The {table.subsystem} worker on {node} did not answer within {timeout_s:g} s. "
            "It may be starting, busy or out of reach; try again, or see GET /workers."
        )
    if job.state is State.SUCCEEDED and job.result is not None:
        return LookupResult.model_validate(job.result)
    if job.error is None:
        raise LookupRefused(f"The look-up ended {job.state}.")
    raise LookupRefused.by(job.error.code, job.error.title, job.error.detail)
