"""From the submit to the start of the run, on a worker with nothing else to do."""

import time
from dataclasses import replace
from uuid import UUID

from bench.contestants import NAMES, OURS
from bench.findings import Row, at_most, percentile
from bench.ground import Ground
from bench.plan import Plan, in_turns
from bench.team import OurTeam, Team, teams
from calypso.engine.submit import Request, submit
from calypso.models.access import SYSTEM

HINT_LOST_S = 2.0


class NoHints:
    """A doorbell that nobody hears."""

    def ring(self, _queue: str, _job: UUID, *, times: int = 1) -> bool:
        """Do nothing."""
        return times > 0

    def pending(self, _queue: str) -> int | None:
        """Know nothing."""
        return None


def measure(here: Ground, plan: Plan) -> Row:
    """Submit one job at a time, each when the one before has started."""
    row = Row("Submit to start on an idle worker")
    jobs = plan.size(60, 3)
    with teams(here, plan.who(list(NAMES)), kind="stamp") as everybody:
        for team in everybody:
            team.warm(4)
        waits = in_turns(plan, {team.name: lambda t=team: _waits_ms(t, jobs) for team in everybody})
        lost = [_lost_s(everybody[0]) for _ in range(plan.rounds)]
    half = {name: [percentile(one, 0.5) for one in many] for name, many in waits.items()}
    row.add_ratio("p50 against celery", half[OURS], half["celery"], goal=at_most(1.5))
    row.add("with the hint lost", lost, "s", goal=at_most(HINT_LOST_S))
    for name, many in waits.items():
        row.add(f"{name}: p50", half[name], "ms")
        row.add(f"{name}: p99", [percentile(one, 0.99) for one in many], "ms")
    return row


def _waits_ms(team: Team, jobs: int) -> list[float]:
    team.let_go()
    time.sleep(0.2)  # whoever was stopped first finds out how late it is
    waits = []
    for _ in range(jobs):
        before = team.ledger.count()
        asked = team.submit(1)["instants"][0]
        team.ledger.wait(before + 1)
        waits.append((team.ledger.instants()[before] - asked) * 1000)
        time.sleep(0.005)  # until it is idle again
    team.hold()
    return waits


def _lost_s(team: Team) -> float:
    assert isinstance(team, OurTeam)
    ports = replace(team.house.ports, hints=NoHints())
    team.let_go()
    before, asked = team.ledger.count(), time.monotonic()
    submit(ports, team.house.types, SYSTEM, Request(type="system.bench_stamp", params={}))
    team.ledger.wait(before + 1)
    team.hold()
    return team.ledger.instants()[before] - asked
