"""`calypso up`: everything on one machine, from one command, in one directory."""

import os
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from calypso import config
from calypso.config import KNOWN_SUBSYSTEMS, Settings
from calypso.embedded import (
    administrator,
    bacula,
    bacula_beside,
    programs,
    readiness,
    record,
)
from calypso.embedded.bacula import EmbeddedBacula
from calypso.embedded.claim import TAG, claimed, end_leftovers
from calypso.embedded.journal import Journal
from calypso.embedded.keys import keys
from calypso.embedded.listening import Listen, elsewhere, holder, is_free, parse
from calypso.embedded.postgres import STOP_S
from calypso.embedded.record import Running
from calypso.embedded.servers import own_servers
from calypso.embedded.signals import EndAsked, Signals
from calypso.embedded.supervisor import Supervisor
from calypso.errors import CalypsoError, InUse
from calypso.host import proof
from calypso.host.daemon import kill_all, with_variable
from calypso.store import migrate

ALL = ",".join(KNOWN_SUBSYSTEMS)
GRACE_S = 10.0  # for programs; a job that needs longer is taken up again at the next start
LATE_S = 30.0  # not ready by then: say what is missing
LOOK_S = 0.1
LONGEST_S = 60.0  # nobody is due, and a child's end wakes us

Data = Annotated[Path | None, typer.Option(help="Where everything is kept.", show_default=False)]
At = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Where the API listens.", show_default="127.0.0.1:8080"),
]
Workers = Annotated[str, typer.Option(help="Subsystems to run a worker for, with commas.")]


def up(data: Data = None, listen: At = None, workers: Workers = ALL) -> None:
    """Start everything on this machine and keep it running until Ctrl-C.

    PostgreSQL and a Redis-compatible server are started too, unless CALYPSO_DATABASE_URL and
    CALYPSO_REDIS_URL name some.
    """
    try:
        _run((data or record.default_data()).resolve(), listen, _names(workers))
    except CalypsoError as refused:
        typer.echo(f"calypso up: {refused.detail}", err=True)
        raise typer.Exit(1) from refused


def _run(data: Path, listen: str | None, workers: Sequence[str]) -> None:
    settings = config.load()
    with claimed(data), Signals() as signals:
        up = Up(data, settings, Journal(data / "logs"), signals)
        if left := end_leftovers(data):
            up.say(f"Ended {len(left)} processes that an earlier start had left.")
        up.note()
        try:
            up.start(_place(settings, listen, up), workers)
            up.serve()
        except EndAsked:
            up.say("Stopping; once more to hurry.")
        finally:
            up.end()
        up.say("Stopped.")


class Up:
    """One run of `up`, from the first server to the last."""

    def __init__(self, data: Path, settings: Settings, journal: Journal, signals: Signals) -> None:
        self.data, self.settings, self.say = data, settings, journal.say
        self._signals, self._logs = signals, data / "logs"
        self._supervisor = Supervisor(say=journal.say)
        self._servers = own_servers(data, settings)
        self._url = ""

    def start(self, listen: Listen, workers: Sequence[str]) -> None:
        """Start servers, bring the schema up to date, start the rest, wait until it serves.

        What may have to be fetched first, and who needs it, comes last: nobody waits for that.
        """
        began = time.monotonic()
        addresses = self._start_servers()
        migrate.upgrade(addresses["CALYPSO_DATABASE_URL"])
        self._signals.pause(0)
        given = {**addresses, **keys(self.data, self.settings)}
        env = programs.environment(self.data, self.settings, listen, given)
        argvs = programs.argvs(listen, workers)
        late = bacula_beside.taken(argvs, self.settings)
        self._keep(argvs, env)
        self._url = listen.url
        self.note()
        signing_in = administrator.ensure(
            self.data, env, own_database=self._servers.postgres is not None
        )
        self._wait_until_ready(listen)
        self.say(f"Calypso is ready at {listen.url}")
        self.say(f"{signing_in}\nLogs: {self._logs} (started in {time.monotonic() - began:.1f} s)")
        if late:
            self._keep(late, {**env, **self._start_bacula(addresses)})

    def serve(self) -> None:
        """Keep everything running until somebody asks for the end: EndAsked."""
        while True:
            self._signals.pause(self._supervisor.pause_s(LONGEST_S))
            self._look()

    def end(self) -> None:
        """End everything, those who use a thing before the thing; nothing is left then."""
        names = [child.name for child in self._supervisor.children]
        workers = [name for name in names if name.startswith("worker-")]
        for leaving in (["api"], ["scheduler"], workers):
            self._end(leaving, grace_s=GRACE_S)
        self._end(["bacula-dir"], grace_s=bacula.STOP_S)
        self._end(["bacula-sd", "bacula-fd"], grace_s=bacula.STOP_S)
        self._end(["redis"], grace_s=GRACE_S, patient=True)
        self._end(["postgres"], grace_s=STOP_S, patient=True)
        kill_all(with_variable(TAG, str(self.data)))
        record.forget(self.data)

    def note(self) -> None:
        """Write down what runs, for clients and for the next start."""
        record.write(
            self.data,
            Running(
                pid=os.getpid(),
                started=proof.own_start(),
                url=self._url,
                boot_id=proof.boot_id(),
                postgres_port=self._servers.postgres.port if self._servers.postgres else None,
                redis_port=self._servers.redis.port if self._servers.redis else None,
                children=self._supervisor.records(),
            ),
        )

    def _start_servers(self) -> dict[str, str]:
        """Start those that are not configured; returns the addresses of all."""
        own = [server for server in (self._servers.postgres, self._servers.redis) if server]
        for server in own:
            self._supervisor.keep(server.name, server.launch)
        self.note()
        for server in own:
            server.wait_until_ready(pause=self._signals.pause)
        return self._servers.addresses(self.settings)

    def _keep(self, argvs: Mapping[str, Sequence[str]], env: Mapping[str, str]) -> None:
        for name, argv in argvs.items():
            launch = partial(programs.daemon, name, argv, logs=self._logs, env=env)
            self._supervisor.keep(name, launch)
        self.note()

    def _start_bacula(self, addresses: Mapping[str, str]) -> dict[str, str]:
        """Start a director with its daemons; returns the settings that lead to it."""
        tag = {TAG: str(self.data)}
        found = bacula_beside.start(
            EmbeddedBacula(self.data / "bacula", logs=self._logs, env=tag),
            addresses["CALYPSO_DATABASE_URL"] if self._servers.postgres else None,
            self._supervisor,
            say=self.say,
            pause=self._attend,
        )
        self.note()
        return found

    def _attend(self, seconds: float) -> None:
        """Pause, and keep running what runs."""
        self._signals.pause(seconds)
        self._look()

    def _wait_until_ready(self, listen: Listen) -> None:
        late = time.monotonic() + LATE_S
        while (missing := readiness.complaint(listen)) is not None:
            if time.monotonic() > late:
                self.say(f"Not ready yet: {missing}. See {self._logs}.")
                late = time.monotonic() + LATE_S
            self._attend(LOOK_S)

    def _look(self) -> None:
        if self._supervisor.look():
            self.note()

    def _end(self, names: Sequence[str], *, grace_s: float, patient: bool = False) -> None:
        """Servers are ended in order even when somebody is in a hurry: it takes no time."""
        self._supervisor.end(
            names,
            grace_s=grace_s,
            wait=self._signals.wait,
            hurried=lambda: self._signals.asked > 1 and not patient,
        )


def _place(settings: Settings, wanted: str | None, up: Up) -> Listen:
    """Return where to listen: as asked, or refused; as by default, or moved to a free port."""
    listen = parse(wanted or settings.listen)
    if listen.port == 0:
        return elsewhere(listen)
    if is_free(listen):
        return listen
    who = holder(listen.port) or "another program"
    if wanted or "listen" in settings.model_fields_set:
        raise InUse(f"{listen} is taken by {who}. Name another place with --listen.")
    moved = elsewhere(listen)
    up.say(f"Port {listen.port} is taken by {who}; using {moved.port} instead.")
    return moved


def _names(workers: str) -> list[str]:
    return [name.strip() for name in workers.split(",") if name.strip()]
