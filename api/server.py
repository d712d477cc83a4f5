"""gunicorn with one worker of greenlets: short requests, long polls and streams alike."""

import gc
import json
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gevent.threadpool  # type: ignore[import-untyped]  # it has no types
import gunicorn.util  # type: ignore[import-untyped]  # it has no types
import structlog
from flask import Flask
from greenlet import greenlet  # type: ignore[import-untyped]  # it has no types
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # it has no types
from gunicorn.workers.ggevent import GeventWorker  # type: ignore[import-untyped]  # it has no types

from api import encrypting, problems
from api.app import create_app
from api.bodies import Application, Environ
from api.context import KEY, Door
from calypso.config import Settings, load
from calypso.errors import Misconfigured
from calypso.keeper import telling
from calypso.wiring import build, configure_logs

log = structlog.get_logger()
STREAMS = "/api/v1/events"
CONNECTIONS = 4000  # streams, long polls and short requests together
HEADERS_WITHIN_S = 10  # gunicorn's keepalive: for the next request, and for all of its head
GRACE_S = 12  # streams and long polls are let go at once; a plan may take 10 s
LOOK_S = 0.1
TELL_S = 5
HASHING_THREADS = 2
HEAD_LIMITS = {"limit_request_line": 8190, "limit_request_fields": 100,
               "limit_request_field_size": 16380}  # fmt: skip


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, set up from our settings instead of its own files and arguments."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = options(settings)  # here, since gunicorn words what is wrong in its own way
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; called in the worker, so nothing is shared over a fork."""
        house = build(self._settings, role="api")
        # Hashing a password takes long and would hold every greenlet up; threads of their own.
        house.accounts.aside = gevent.threadpool.ThreadPool(HASHING_THREADS).apply
        app = create_app(house)
        app.wsgi_app = Shallow(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap it
        return app


class Shallow:
    """A WSGI application that begins streams aside.

    A greenlet keeps the memory of the deepest stack it ever had; that of a stream is to be the
    little that waiting takes, not all that went before.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"] != STREAMS:
            return self._app(environ, start_response)
        begun: Iterable[bytes] = greenlet(self._app).switch(environ, start_response)
        asked = environ["wsgi.file_wrapper"]  # gunicorn asks for it yet
        environ.clear()  # the rest nobody reads any more, and it would stay as long as the stream
        environ["wsgi.file_wrapper"] = asked
        return begun


@dataclass(frozen=True)
class Entrance:
    """A listening socket as gunicorn asks it for each connection: by its address.

    The real one is closed at the end, before the last that it let in have said what they want.
    """

    address: Any

    def getsockname(self) -> Any:
        """Return where it listens, or did."""
        return self.address


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """Ends soon: whoever only listens is let go as soon as the stop is asked for."""

    def run(self) -> None:
        """Serve until told to stop."""
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection need look at it again
        self._idle: set[Any] = set()
        self._entrances = {id(one): Entrance(one.getsockname()) for one in self.sockets}
        gevent.spawn(self._let_go)
        gevent.spawn(self._tell)
        super().run()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection, request after request.

        It counts as idle after its first answer only: who was let in is owed one, even at the end.
        """
        if not encrypting.greet(client, within_s=HEADERS_WITHIN_S):
            return
        try:
            super().handle(self._entrances[id(listener)], client, addr)
        finally:
            self._idle.discard(client)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Serve one request."""
        self._idle.discard(sock)
        try:
            super().handle_request(listener_name, req, sock, addr)
        finally:
            self._idle.add(sock)

    def _tell(self) -> None:
        telling.ready()
        while self.alive:
            telling.alive()
            gevent.sleep(TELL_S)

    def _let_go(self) -> None:
        while self.alive:
            gevent.sleep(LOOK_S)
        here: Door = self.wsgi.extensions[KEY]
        here.hub.stop()
        while True:  # until the process ends: requests under way become idle one by one
            for sock in list(self._idle):
                with suppress(OSError):
                    encrypting.hang_up(sock)
            gevent.sleep(LOOK_S)


def options(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's settings."""
    return {
        "bind": [settings.listen],
        "workers": 1,
        "worker_class": Worker,
        "worker_connections": CONNECTIONS,
        "keepalive": HEADERS_WITHIN_S,
        "graceful_timeout": GRACE_S,
        "timeout": 60,
        "proc_name": "calypso-api",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",  # it believes this machine else; see `api.forwarded`
        "logger_class": Quiet,
        **HEAD_LIMITS,
        **encrypting.options(settings),
    }


class Quiet(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log, into ours."""

    def setup(self, cfg: Any) -> None:
        """Hand lines to whatever this process has set up."""
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True


def write_problem(sock: Any, status: int, reason: str, _message: str) -> None:
    """Answer what never reached the application (a broken head) as the application would."""
    code, title = problems.CODES.get(status, problems.CODES[400])
    told = problems.document(status, code, title, "The request's head cannot be read.")
    body = json.dumps(told).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {problems.MEDIA_TYPE}"
        f"\r\nX-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    gunicorn.util.write_nonblock(sock, head.encode("latin-1") + body)


def main() -> None:
    """Serve as the settings say, until SIGTERM."""
    settings = load()
    configure_logs(settings)
    _allow_many_connections()
    gunicorn.util.write_error = write_problem  # gunicorn has no hook for it
    try:
        Server(settings).run()
    except Misconfigured as wrong:
        log.error("api.misconfigured", detail=wrong.detail)  # noqa: TRY400 - the sentence says all
        sys.exit(2)


def _allow_many_connections() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
