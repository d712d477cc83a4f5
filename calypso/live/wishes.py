"""The fast path of a cancel: a wish on a channel. The slow path is the heartbeat."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import redis

from calypso.live.connection import connect

CHANNEL = "calypso:live:cancel"
RETRY_S = 1.0


class RedisWishes:
    """An open ear on the channel; subscribes again after an outage."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._ear: redis.client.PubSub | None = None

    def next(self, timeout_s: float) -> UUID | None:
        """Return the next job somebody wants cancelled, or None."""
        try:
            message = self._subscribed().get_message(timeout=timeout_s)
        except (redis.RedisError, OSError):
            self.close()
            time.sleep(min(RETRY_S, timeout_s))
            return None
        if message is None or message.get("type") != "message":
            return None
        with suppress(ValueError):
            return UUID(str(message["data"]))
        return None

    def close(self) -> None:
        """Stop listening."""
        if self._ear is not None:
            with suppress(redis.RedisError, OSError):
                self._ear.close()
            self._ear = None

    def _subscribed(self) -> "redis.client.PubSub":
        if self._ear is None:
            ear = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
            ear.subscribe(CHANNEL)
            self._ear = ear
        return self._ear


@contextmanager
def listen(url: str, master: str) -> Iterator[RedisWishes]:
    """Open an ear and close it at the end."""
    client = connect(url, master=master, blocking_s=RETRY_S)
    wishes = RedisWishes(client)
    try:
        yield wishes
    finally:
        wishes.close()
        client.close()
