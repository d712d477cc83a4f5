"""GET /jobs/{id}, with the sign-in checked each time, against a Flask that only says hello."""

from collections.abc import Callable
from functools import partial

import httpx

from bench.findings import Row, at_least, at_most
from bench.ground import Ground, program, python
from bench.plan import Plan, in_turns
from bench.rows.submit import serve
from bench.web import WORDS, Load, Site, api, furnished
from calypso.engine.submit import Request, submit
from calypso.models.access import SYSTEM
from calypso.wiring import House

THREADS = 20
HELLO, OURS, KNOWN, THREADED = "gevent hello", "GET", "GET, 304", "GET in gunicorn's threads"


def measure(here: Ground, plan: Plan) -> Row:
    """Ask from other processes, over kept connections."""
    row = Row("GET /jobs/{id} with sign-in, one API process")
    load = Load(here)
    environment, house = furnished(here)
    try:
        turns = _turns(here, load, environment, house, seconds=plan.size(2, 1))
        for turn in turns.values():
            turn()  # what is made at the first request is made
        found = in_turns(plan, turns)
    finally:
        here.stop_programs()
        house.engine.dispose()
    row.add_ratio("GET against hello", found[OURS], found[HELLO], goal=at_least(0.5))
    row.add_ratio("304 against hello", found[KNOWN], found[HELLO], goal=at_least(0.7))
    row.add_ratio("GET against its like in threads", found[OURS], found[THREADED], goal=at_least(1))
    for name, many in found.items():
        row.add(f"{name}: requests/s", many, "/s")
    row.add("share of its time the busiest client worked", [load.busiest], "", goal=at_most(0.9))
    return row


def _turns(
    here: Ground, load: Load, environment: dict[str, str], house: House, *, seconds: float
) -> dict[str, Callable[[], float]]:
    serve(house)
    job = submit(house.ports, house.types, SYSTEM, Request(type="system.noop", params={})).job
    ours, threaded, hello = api(here, environment), _threaded(here, environment), _hello(here)
    path, headers = f"{WORDS}/jobs/{job.id}", {"Authorization": ours.sign_in()}
    url = f"http://127.0.0.1:{ours.port}{path}"
    etag = httpx.get(url, headers=headers, trust_env=False).headers["ETag"]
    known = {**headers, "If-None-Match": etag}
    ask = partial(load.per_s, seconds=seconds)
    return {
        HELLO: partial(ask, hello, "/", {}, status=200),
        OURS: partial(ask, ours, path, headers, status=200),
        KNOWN: partial(ask, ours, path, known, status=304),
        THREADED: partial(ask, threaded, path, headers, status=200),
    }


def _hello(here: Ground) -> Site:
    environment = here.of_calypso(here.postgres.url(), here.redis(0))
    site = Site("hello", here.start("hello", *python("bench.hello"), env=environment), environment)
    site.wait("/")
    return site


def _threaded(here: Ground, environment: dict[str, str]) -> Site:
    """The same application on the same tables, in gunicorn's worker of threads."""
    own = {**environment, "CALYPSO_LISTEN": here.of_calypso("", "")["CALYPSO_LISTEN"]}
    argv = (program("gunicorn"), "api.wsgi:application", "--worker-class=gthread",
            "--workers=1", f"--threads={THREADS}", "--keep-alive=10",
            f"--bind={own['CALYPSO_LISTEN']}")  # fmt: skip
    site = Site("threads", here.start("threads", *argv, env=own), own)
    site.wait(f"{WORDS}/healthz")
    return site
