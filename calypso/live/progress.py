"""The latest progress of each job (a hash) and what happened lately (a capped stream)."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

import redis

from calypso.live import tallies
from calypso.live.connection import connect, send
from calypso.live.poking import Poker
from calypso.live.wishes import CHANNEL, RedisWishes, listen
from calypso.models.breaker import Breaker

PREFIX = "calypso:live:"
STREAM = "calypso:live:events"
STREAM_LENGTH = 10_000
NODE_STREAM_LENGTH = 100  # who was away reads its tables anew anyway
PROGRESS_TTL_S = 3600  # a running job writes anew every half second
READ_BATCH = 500
FEED_BLOCK_S = 5.0

_Entry = tuple[str, dict[str, str]]  # redis-py types async and sync answers as one
_Found = list[tuple[str, list[_Entry]]] | None


class RedisLive:
    """What the house says and hears over Redis. No verb raises when it is away."""

    def __init__(self, url: str, *, master: str = "mymaster") -> None:
        self._url, self._master = url, master
        self._redis = connect(url, master=master)
        self._breaker = Breaker(redis.RedisError)
        self._poker = Poker(lambda: self.tell("poke", {}))

    def progress(self, job_id: UUID, subsystem: str, progress: Mapping[str, Any]) -> None:
        """Publish the latest progress of a job."""
        text, name = json.dumps(progress), str(job_id)
        data = f'{{"id": "{name}", "subsystem": {json.dumps(subsystem)}, "progress": {text}}}'
        latest = ("SET", PREFIX + name, text, "EX", PROGRESS_TTL_S)
        told = ("XADD", STREAM, "MAXLEN", "~", STREAM_LENGTH, "*", "event", "job.progress",
                "data", data)  # fmt: skip
        self._breaker.call(lambda: send(self._redis, latest, told), None)

    def poke(self, job_id: UUID) -> None:  # noqa: ARG002 - whoever is poked reads all there is
        """Say that a job changed, from a thread; several at once are said once."""
        self._poker.poke()

    def tell(self, event: str, data: Mapping[str, Any], *, node: str | None = None) -> None:
        """Publish an event that is not a job's state, to all or to a node."""
        length = STREAM_LENGTH if node is None else NODE_STREAM_LENGTH
        self._breaker.call(lambda: self._add(_stream(node), event, data, length), None)

    def wish_cancel(self, job_id: UUID) -> None:
        """Wake the worker that runs this job."""
        self._breaker.call(lambda: self._redis.publish(CHANNEL, str(job_id)), 0)

    def latest(self, job_id: UUID) -> dict[str, Any] | None:
        """Return the latest progress published, or None."""
        text = self._breaker.call(lambda: self._redis.get(PREFIX + str(job_id)), None)
        return json.loads(str(text)) if text else None

    def add(self, node: str, counts: Mapping[str, float]) -> bool:
        """Add to a node's counts."""
        return self._breaker.call(lambda: tallies.add(self._redis, node, counts), fallback=False)

    def counts(self) -> Mapping[str, Mapping[str, float]]:
        """Return the counts of every node."""
        return self._breaker.call(lambda: tallies.read(self._redis), {})

    @contextmanager
    def cancel_wishes(self) -> Iterator[RedisWishes]:
        """Listen for cancel wishes."""
        with listen(self._url, self._master) as wishes:
            yield wishes

    @contextmanager
    def feed(self, node: str | None = None) -> Iterator["RedisFeed"]:
        """Listen to everything that is told to all, or to a node, from now on."""
        client = connect(self._url, master=self._master, blocking_s=FEED_BLOCK_S)
        feed = RedisFeed(client, _stream(node))
        try:
            yield feed
        finally:
            feed.close()

    def ping(self) -> bool:
        """Tell whether Redis answers; asks each time."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    def _add(self, stream: str, event: str, data: Mapping[str, Any], length: int) -> None:
        told = json.dumps(data)
        self._redis.xadd(stream, {"event": event, "data": told}, maxlen=length, approximate=True)


def _stream(node: str | None) -> str:
    """Return where events are: each that is told to all wakes everybody who listens there."""
    return STREAM if node is None else f"{STREAM}:{node}"


class RedisFeed:
    """Reads the stream from where it stood at the first read."""

    def __init__(self, client: "redis.Redis", stream: str) -> None:
        self._redis, self._stream = client, stream
        self._last: str | None = None

    def next(self, timeout_s: float) -> list[tuple[str, dict[str, Any]]]:
        """Return what came, oldest first; empty after the timeout or while Redis is away."""
        try:
            if self._last is None:
                self._last = self._end()
            wait_ms = max(1, int(min(timeout_s, FEED_BLOCK_S) * 1000))
            found = cast(
                "_Found",
                self._redis.xread({self._stream: self._last}, count=READ_BATCH, block=wait_ms),
            )
        except redis.RedisError:
            self._last = None
            time.sleep(min(timeout_s, 0.5))
            return []
        entries = [entry for _, batch in found or [] for entry in batch]
        if entries:
            self._last = entries[-1][0]
        return [(fields["event"], json.loads(fields["data"])) for _, fields in entries]

    def close(self) -> None:
        """Give the connection back."""
        self._redis.close()

    def _end(self) -> str:
        newest = cast("list[_Entry]", self._redis.xrevrange(self._stream, count=1))
        return newest[0][0] if newest else "0"
