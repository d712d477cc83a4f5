"""A plan that people saw must hold when the job begins, and is not asked for again after that."""

from types import SimpleNamespace

import pytest

from calypso.engine.beginning import refuse_stale_plan
from calypso.errors import PlanStale
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """None."""


@job(
    "system.test",
    permission="system:operate",
    timeout_s=1,
    cancel=Cancel.ANYTIME,
    plan=lambda _params, driver: Plan(effects=[driver.world]),
)
def change(params: Params, driver: object, running: RunningJob) -> NoResult:
    """Change the world."""
    return NoResult()


def check(world, seen, external=None):
    plan_hash = seen and Plan(effects=[seen]).hash_for("system.test", {})
    running = SimpleNamespace(claimed=SimpleNamespace(plan_hash=plan_hash), external=external)
    refuse_stale_plan(running, change, Params(), SimpleNamespace(world=world))


def test_a_world_that_moved_since_the_plan_was_seen_stops_the_job():
    check("as it was", "as it was")
    with pytest.raises(PlanStale):
        check("another", "as it was")


def test_without_a_plan_that_was_seen_none_is_made():
    check("another", None)


def test_what_an_earlier_attempt_noted_it_began_is_finished_in_the_world_it_made():
    check("half changed", "as it was", external="applying")
