"""Two thousand listeners of one API process: what each weighs, and when they hear an event."""

import resource
import time

from bench.findings import Row, at_least, at_most, percentile
from bench.ground import Ground, python
from bench.plan import Plan
from bench.programs import Program
from bench.rows.submit import serve
from bench.web import Site, api, furnished
from calypso.engine.submit import Request, submit
from calypso.models.access import SYSTEM
from calypso.wiring import House

EVENTS = 6
PAUSE_S = 0.3


def measure(here: Ground, plan: Plan) -> Row:
    """Start a server for each round, let them listen, tell them, let half of them come back."""
    row = Row("SSE, one API process")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    clients = plan.size(2000, 20)
    environment, house = furnished(here)
    serve(house)
    rounds = [_Round(here, environment, house, clients) for _ in range(plan.rounds)]
    try:
        found = [one.run() for one in rounds]
    finally:
        here.stop_programs()
        house.engine.dispose()
    weights, waits, faults, opened = (list(column) for column in zip(*found, strict=True))
    row.add("clients", [clients] * plan.rounds, "", goal=at_least(plan.size(2000, 20)))
    row.add("memory of each above idle", weights, "kB", goal=at_most(25))
    row.add("p99 of one event to all", waits, "ms", goal=at_most(500))
    row.add(
        "clients that missed or doubled one, half having reconnected", faults, "", goal=at_most(0)
    )
    row.add("time to open all streams", opened, "s")
    return row


class _Round:
    def __init__(
        self, here: Ground, environment: dict[str, str], house: House, clients: int
    ) -> None:
        self._here, self._environment, self._house = here, environment, house
        self._clients = clients

    def run(self) -> tuple[float, float, float, float]:
        site = api(self._here, self._environment)
        header = site.sign_in()
        ears = self._ears(site, header, 4)
        ears.ask("open")  # the listening itself is there before anything is weighed
        idle = site.program.memory_bytes()
        several = self._ears(site, header, self._clients)
        began = time.monotonic()
        several.ask("open")
        opened_s = time.monotonic() - began
        several.tell({"wait": EVENTS})  # it listens while we tell
        instants = self._tell(EVENTS)
        heard = several.answer()
        weight = (site.program.memory_bytes() - idle) / self._clients / 1000
        waits = [
            when - asked
            for asked, many in zip(instants, heard.values(), strict=True)
            for when in many
        ]
        several.ask("drop")
        self._tell(EVENTS)
        several.ask("return")
        self._tell(EVENTS)
        several.ask({"wait": 3 * EVENTS})
        faults = several.ask("end")
        self._here.stop_programs()  # the next round weighs a new server
        return weight, percentile(waits, 0.99) * 1000, float(faults), opened_s

    def _ears(self, site: Site, header: str, count: int) -> Program:
        argv = python("bench.ears", str(site.port), header, str(count))
        return self._here.start("ears", *argv, env=self._here.environment(), talks=True)

    def _tell(self, events: int) -> list[float]:
        """Submit jobs that nobody runs: one change each. When each was asked for."""
        instants = []
        for _ in range(events):
            instants.append(time.monotonic())
            request = Request(type="system.noop", params={})
            submit(self._house.ports, self._house.types, SYSTEM, request)
            time.sleep(PAUSE_S)
        return instants
