"""Jobs that do nothing, from the queue to their recorded end."""

from collections.abc import Callable
from functools import partial

from bench.contestants import NAMES, OURS
from bench.findings import Row, at_least, at_most
from bench.ground import Ground
from bench.plan import Plan, in_turns
from bench.team import Round, Team, teams

GOALS = {"celery": at_least(3), "procrastinate": at_least(5)}
SMOKE_JOBS = 40


def measure(here: Ground, plan: Plan) -> Row:
    """Run a heap of jobs that was taken in before, with as many workers each."""
    row = Row("End to end: `system.noop` against a task that adds eight bytes to a file")
    with teams(here, plan.who(list(NAMES))) as everybody:
        for team in everybody:
            team.warm()
        rounds = in_turns(plan, {team.name: _turn(team, plan) for team in everybody})
    rates = {name: [one.per_s for one in many] for name, many in rounds.items()}
    cpu = {name: [one.cpu_us for one in many] for name, many in rounds.items()}
    for peer, goal in GOALS.items():
        if peer in rates:
            row.add_ratio(f"jobs/s against {peer}", rates[OURS], rates[peer], goal=goal)
    row.add_ratio("CPU per job against celery", cpu[OURS], cpu["celery"], goal=at_most(0.6))
    for name, found in rates.items():
        row.add(f"{name}: jobs/s", found, "/s")
        row.add(f"{name}: CPU of its workers per job", cpu[name], "µs")
        if name not in (OURS, *GOALS):
            row.add_ratio(f"jobs/s against {name}", rates[OURS], found)
    return row


def _turn(team: Team, plan: Plan) -> Callable[[], Round]:
    return partial(team.run, plan.size(NAMES[team.name][1], SMOKE_JOBS))
