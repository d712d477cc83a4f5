"""Taking jobs in, from eight threads of one process."""

from functools import partial

import psycopg

from bench.contestants import OURS
from bench.findings import Row, at_least
from bench.ground import NODE, Ground, plain
from bench.plan import Plan, in_turns
from bench.programs import Failed
from bench.team import OurTeam, Team, teams
from calypso.models.clock import now
from calypso.models.inventory import Capability, SubsystemStatus
from calypso.wiring import House

THREADS = 8
GOALS = {"celery": at_least(2.5), "procrastinate": at_least(2), "insert": at_least(0.75)}


def measure(here: Ground, plan: Plan) -> Row:
    """Submit through the whole engine: parameters, permission, node, row, event, hint."""
    row = Row(f"Submit, {THREADS} threads: all that POST /jobs does, but for HTTP")
    jobs = plan.size(2000, 80)
    with teams(here, [OURS, *GOALS], staffed=False) as everybody:
        ours = everybody[0]
        assert isinstance(ours, OurTeam)
        serve(ours.house)
        for team in everybody:
            team.submit(THREADS * 4, THREADS)
        rates = in_turns(plan, {team.name: partial(_turn, team, jobs) for team in everybody})
        _check(ours, THREADS * 4 + jobs * plan.rounds)
    for name, goal in GOALS.items():
        if name in rates:
            row.add_ratio(f"submits/s against {_words(name)}", rates[OURS], rates[name], goal=goal)
    for name, found in rates.items():
        row.add(f"{_words(name)}: submits/s", found, "/s")
    return row


def serve(house: House) -> None:
    """Say that a worker serves the system subsystem; nobody runs its jobs."""
    able = Capability(product="linux", available=True)
    house.ports.inventory.report(
        SubsystemStatus(node=NODE, subsystem="system", capability=able, observed_at=now())
    )


def _turn(team: Team, jobs: int) -> float:
    done = team.submit(jobs, THREADS)
    return float(done["jobs"] / done["seconds"])


def _check(ours: Team, wanted: int) -> None:
    with psycopg.connect(plain(ours.environment["CALYPSO_DATABASE_URL"])) as database:
        found = database.execute("SELECT count(*) FROM calypso.jobs WHERE state = 'queued'")
        if (count := found.fetchone()) != (wanted,):
            raise Failed(f"{wanted} jobs were submitted, {count} are there")


def _words(name: str) -> str:
    return "a bare INSERT" if name == "insert" else name
