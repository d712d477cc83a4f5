"""Server-sent events: one stream for each browser tab, resumed where it broke off."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Annotated
from uuid import UUID

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import Field

from api.context import Door, actor, door
from api.listening import Note, Subscription
from api.queries import Query
from calypso.errors import StoreUnavailable
from calypso.models.access import Actor
from calypso.store.events import read_cursor

COMMENT_EVERY_S = 15.0
LONGEST_S = 15 * 60.0
RETRY_MS = 2000
REPLAY_PAGE = 500
STALLED_S = 30.0  # a client that takes nothing for so long is gone

blueprint = APIBlueprint(
    "events", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="events")], abp_security=[]
)


class EventsQuery(Query):
    """Which events to hear."""

    job: UUID | None = Field(default=None, description="Of this job only.")
    subsystem: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Of this subsystem only."
    )
    last_event_id: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Like the Last-Event-ID header: go on after this event."
    )


STREAM = {
    "description": "job.state (with id), job.progress, job.log, inventory.changed, alert",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@blueprint.get("/events", responses={200: STREAM})
def listen(query: EventsQuery) -> Response:
    """Listen to what happens.

    State changes carry an id and are told again after Last-Event-ID. Progress is conflated to two
    notes a second for each job. A stream ends after 15 minutes; browsers come back by themselves.
    """
    here = door()
    since = request.headers.get("Last-Event-ID") or query.last_event_id
    if since is None:
        since = here.house.ports.jobs.last_cursor()
    read_cursor(since)  # Invalid now, not in the middle of an answer
    subscription = Subscription(_wanted(actor(), query), hang_up=_hang_up())
    here.hub.subscribe(subscription)
    return Response(
        Stream(here, subscription, since),
        mimetype="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


class Stream:
    """The body of a stream; whoever serves it closes it, however it ends.

    What was missed is looked up here, on the stack of the request, not on that of the waiting.
    """

    def __init__(self, here: Door, subscription: Subscription, since: str) -> None:
        self._hub, self._subscription = here.hub, subscription
        self._messages = messages(here, subscription, since)
        self._hello = next(self._messages)

    def __iter__(self) -> Iterator[str]:
        return chain([self._hello], self._messages)

    def close(self) -> None:
        """Leave the hub, also when nothing was ever sent."""
        self._hub.unsubscribe(self._subscription)
        self._messages.close()  # type: ignore[attr-defined]  # a generator, as all of ours


def messages(
    here: Door,
    subscription: Subscription,
    since: str,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """Yield the text of a stream: first what was missed after `since`, then what comes."""
    ends = clock() + LONGEST_S
    hello, seen = f"retry: {RETRY_MS}\nid: {since}\n\n", since
    missed = replay(here, subscription, since)
    try:
        note = next(missed, None)
        yield hello
        hello = ""
        while note is not None:
            seen = note.cursor or seen
            yield note.text
            note = next(missed, None)
    except StoreUnavailable:
        yield hello
        return  # the client comes back with the id it has
    while not subscription.closed and (left_s := ends - clock()) > 0:
        heard = subscription.take(min(COMMENT_EVERY_S, left_s))
        if heard is None:
            yield ": still here\n\n"
        elif heard.cursor is None:
            yield heard.text
        elif _place(heard.cursor) > _place(seen):
            seen = heard.cursor
            yield heard.text


def replay(here: Door, subscription: Subscription, since: str) -> Iterator[Note]:
    """Yield the wanted state changes after `since`, up to now."""
    while not subscription.closed:
        events = here.house.ports.jobs.events_since(since, limit=REPLAY_PAGE)
        for event in events:
            note = here.hub.note_of(event)
            if note is not None and subscription.wants(note):
                yield note
        if len(events) < REPLAY_PAGE:
            return
        since = events[-1].cursor


def _place(cursor: str) -> tuple[int, int]:
    transaction, number = read_cursor(cursor)
    return int(transaction), number


def _wanted(asking: Actor, query: EventsQuery) -> Callable[[Note], bool]:
    def wants(note: Note) -> bool:
        if query.job is not None and note.job_id != query.job:
            return False
        if query.subsystem is not None and note.subsystem != query.subsystem:
            return False
        if note.control and query.job is None:
            return False  # work of seconds behind the scenes
        if note.event == "alert":
            return asking.may("alerts:read")
        return asking.may(f"{note.subsystem or 'jobs'}:read")

    return wants


def _hang_up() -> Callable[[], None]:
    """Return what ends this client's connection, even while a send to it hangs."""
    sock = request.environ.get("gunicorn.socket")
    if sock is None:
        return lambda: None
    sock.settimeout(STALLED_S)

    def shut() -> None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    return shut
