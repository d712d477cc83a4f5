"""Real processes to be ill-treated: servers, API, pools behind proxies, control, schedulers."""

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from calypso.config import load
from calypso.embedded.places import free_port
from calypso.embedded.postgres import EmbeddedPostgres
from calypso.embedded.redis import EmbeddedRedis
from calypso.errors import Unavailable
from calypso.host.daemon import Daemon, in_session, kill_all
from calypso.host.scope import tagged
from calypso.store.migrate import upgrade
from calypso.wiring import build
from tests.chaos.broken import break_database
from tests.chaos.proxy import Proxy

NODE, SUBSYSTEM = "chaos", "system"
QUEUE = f"{SUBSYSTEM}@{NODE}"
LEASE_S = 3.0
POOLS, SLOTS, SCHEDULERS = 3, 2, 2
PASSWORD = "correct horse battery"
READY_S = 60.0


@dataclass
class Kept:
    """A program that is started again when it has died. It leads a session of its own."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log: Path
    daemon: Daemon | None = None

    def keep(self) -> None:
        """Start it unless it runs."""
        if self.daemon is None or self.daemon.exit_code() is not None:
            self.daemon = Daemon(self.name, self.argv, self.log, self.env, cwd=Path.cwd())
            self.daemon.start()

    @property
    def pids(self) -> set[int]:
        """Its processes."""
        pid = None if self.daemon is None else self.daemon.pid
        return set() if pid is None else in_session(pid)

    def kill(self) -> None:
        """Kill all of it at once."""
        kill_all(self.pids)
        if self.daemon is not None:
            self.daemon.kill()


@dataclass
class Pool:
    """Workers that reach the servers through cables of their own."""

    program: Kept
    postgres: Proxy
    redis: Proxy


@dataclass
class Running:
    """A job that runs now, and who runs it."""

    job: str
    epoch: int
    worker: str
    pid: int


@dataclass
class Stack:
    """Everything, on one folder."""

    folder: Path
    guard: str | None
    killed: set[int] = field(default_factory=set)  # every process we ever killed

    def __post_init__(self) -> None:
        self.postgres = EmbeddedPostgres(self.folder / "postgres", logs=self.folder)
        self.redis = EmbeddedRedis(self.folder / "redis", logs=self.folder)
        self.url, redis_url = self.postgres.start(), self.redis.start()
        upgrade(self.url)
        self._plain = self.url.replace("+psycopg", "")
        if self.guard:
            break_database(self._plain, self.guard)
        self.port = free_port()
        settings = load(database_url=self.url, redis_url=redis_url, node=NODE)
        self.house = build(settings, role="cli")
        self.house.accounts.add_user("chaos", PASSWORD, ["admin"])
        self._env = {
            **{name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_")},
            "CALYPSO_DATABASE_URL": self.url,
            "CALYPSO_REDIS_URL": redis_url,
            "CALYPSO_NODE": NODE,
            "CALYPSO_LISTEN": f"127.0.0.1:{self.port}",
            "CALYPSO_JWT_KEY": "a key for chaos that is long enough",
            "CALYPSO_SECRETS_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "CALYPSO_STATE_DIR": str(self.folder / "state"),
            "CALYPSO_CONFIG_DIR": str(self.folder / "none"),
            "CALYPSO_JOB_PATH": str(Path(__file__).with_name("types")),
            "CALYPSO_LEASE_S": str(LEASE_S),
            "CALYPSO_HEARTBEAT_S": "1",
            "CALYPSO_SYSTEM_SLOTS": str(SLOTS),
            "PYTHONPATH": str(Path.cwd()),
        }
        self.api = self._program("api", "api")
        control = ["tests.chaos.broken", self.guard] if self.guard else ["workers.control"]
        self.control = self._program("control", *control, SUBSYSTEM)
        self.schedulers = [
            self._program(f"scheduler-{number}", "workers.scheduler")
            for number in range(SCHEDULERS)
        ]
        self.pools = [self._pool(number) for number in range(POOLS)]
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=10, trust_env=False
        )

    def keep(self) -> None:
        """Start again what has died; from the main thread."""
        for server in (self.postgres, self.redis):
            if server.daemon is None or server.daemon.exit_code() is not None:
                with suppress(Unavailable):  # no room on its disk yet; the next look tries again
                    server.start()
        for program in self.programs:
            program.keep()

    @property
    def programs(self) -> list[Kept]:
        """All programs of ours."""
        pools = [pool.program for pool in self.pools]
        return [self.api, self.control, *self.schedulers, *pools]

    def until_ready(self) -> None:
        """Start everything and return when jobs can be submitted and somebody is there."""
        deadline = time.monotonic() + READY_S
        while not (self._signed_in() and len(self.workers()) >= POOLS * SLOTS):
            assert time.monotonic() < deadline, "the stack did not come up"
            self.keep()
            time.sleep(0.2)

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows straight from PostgreSQL; none while it is away."""
        try:
            with psycopg.connect(self._plain, autocommit=True, connect_timeout=2) as database:
                return database.execute(statement, values).fetchall()
        except psycopg.Error:
            return []

    def workers(self) -> dict[str, int]:
        """Return the pid of each worker process that is listed, by its id."""
        return dict(self.ask("SELECT id::text, pid FROM calypso.workers"))

    def running(self) -> list[Running]:
        """Return the jobs whose child lives at this moment."""
        alive = {tag.partition(".")[0] for tag in tagged()}
        rows = self.ask(
            "SELECT j.id::text, j.epoch, w.id::text, w.pid FROM calypso.jobs j"
            " JOIN calypso.workers w ON w.id = j.worker_id"
            " WHERE j.state = 'running' AND j.type LIKE '%%chaos%%'"
        )
        return [Running(*row) for row in rows if row[0] in alive]

    def pool_of(self, one: Running) -> Pool | None:
        """Return the pool that runs a job."""
        for pool in self.pools:
            if one.pid in pool.program.pids:
                return pool
        return None

    def submit(self, body: dict[str, Any], key: str) -> str | None:
        """Return the id of the job that the API made for a key; None: ask again."""
        try:
            answer = self.client.post("/jobs", json=body, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            return None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._signed_in()
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return str(answer.json()["id"])

    def cancel(self, job: str) -> bool:
        """Ask for the end of a job; tells whether the wish was taken."""
        try:
            return self.client.post(f"/jobs/{job}/cancel").status_code == httpx.codes.ACCEPTED
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Kill everything."""
        for program in self.programs:
            program.kill()
        ours = {row[0] for row in self.ask("SELECT id::text FROM calypso.jobs")}
        for tag, pids in tagged().items():
            if tag.partition(".")[0] in ours:
                kill_all(set(pids))
        self.house.engine.dispose()
        self.redis.stop()
        if self.postgres.daemon is not None:
            self.postgres.daemon.ending = signal.SIGQUIT
        self.postgres.stop()

    def _signed_in(self) -> bool:
        try:
            answer = self.client.post(
                "/auth/login", json={"username": "chaos", "password": PASSWORD}
            )
        except httpx.HTTPError:
            return False
        if answer.is_success:
            self.client.cookies.clear()
            self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer.is_success

    def _program(self, name: str, module: str, *words: str, **env: str) -> Kept:
        argv = [sys.executable, "-m", module, *words]
        return Kept(name, argv, {**self._env, **env}, self.folder / f"{name}.log")

    def _pool(self, number: int) -> Pool:
        postgres, redis = Proxy(self.postgres.port), Proxy(self.redis.port)
        env = {
            "CALYPSO_DATABASE_URL": self.url.replace(
                f":{self.postgres.port}/", f":{postgres.port}/"
            ),
            "CALYPSO_REDIS_URL": self._env["CALYPSO_REDIS_URL"].replace(
                f":{self.redis.port}/", f":{redis.port}/"
            ),
            "CALYPSO_CGROUPS": str(number > 0),  # one pool must do without
        }
        program = self._program(f"pool-{number}", "workers.jobs", SUBSYSTEM, **env)
        return Pool(program, postgres, redis)
