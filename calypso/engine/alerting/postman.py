"""Has letters about alerts sent, each by a thread of its own: a slow peer holds nobody else up."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from calypso.engine.patience import until_known
from calypso.engine.ports import Ports
from calypso.errors import CalypsoError, StoreUnavailable
from calypso.models.channel import Channel, Letter, Outgoing

log = structlog.get_logger()
HANDS = 4  # letters under way at a time, of different channels
LEASE_S = 120.0  # a sender gives up well before; then another scheduler may try
GIVE_UP_S = 86400.0
LONGEST_PAUSE_S = 3600.0
JITTER = 0.2
DEFECT = "A defect in Calypso; the scheduler's log has the details."


class Sender(Protocol):
    """Knows one kind of channel."""

    def send(self, letter: Letter, channel: Channel, secret: str | None) -> None:
        """Send a letter within a bounded time; Undelivered with the reason.

        `secret`: the value of the secret that the channel names, if it names one.
        """


class Postman:
    """Hands due letters to senders and notes what became of them."""

    def __init__(
        self,
        ports: Ports,
        senders: Mapping[str, Sender],
        *,
        first_pause_s: float,
        hands: int = HANDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ports, self._senders = ports, senders
        self._first_pause_s, self._sleep = first_pause_s, sleep
        self._free = threading.Semaphore(hands)
        self._hands = hands
        self.returned = threading.Event()  # a hand is free again: more may be due

    def tick(self) -> int:
        """Give out what is due; how many letters."""
        self.returned.clear()
        taken = self._take_hands()
        try:
            letters = self._claim(taken)
        except StoreUnavailable as away:
            letters = []
            log.warning("postman.failed", error=away.detail)
        for _ in range(taken - len(letters)):
            self._free.release()
        for outgoing in letters:
            threading.Thread(
                target=self._carry, args=(outgoing,), name="letter", daemon=True
            ).start()
        return len(letters)

    def deliver(self, outgoing: Outgoing) -> None:
        """Send one letter and note what became of it, however long the store is away."""
        error = self._sent(outgoing)
        until_known(
            lambda: self._ports.channels.settle(
                outgoing, error=error, retry_in_s=self.pause_s(outgoing.attempt)
            ),
            sleep=self._sleep,
        )
        log.info("alert.sent" if error is None else "alert.not_sent", error=error,
                 channel=outgoing.channel.name, what=outgoing.letter.what)  # fmt: skip

    def pause_s(self, attempt: int) -> float:
        """Seconds until a letter is tried again after its given attempt (from 1)."""
        pause_s = min(LONGEST_PAUSE_S, self._first_pause_s * 2.0 ** min(attempt - 1, 20))
        return pause_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret

    def _take_hands(self) -> int:
        taken = 0
        while taken < self._hands and self._free.acquire(blocking=False):
            taken += 1
        return taken

    def _claim(self, limit: int) -> list[Outgoing]:
        if limit == 0:
            return []
        return self._ports.channels.claim(limit=limit, lease_s=LEASE_S, give_up_s=GIVE_UP_S)

    def _carry(self, outgoing: Outgoing) -> None:
        try:
            self.deliver(outgoing)
        finally:
            self._free.release()
            self.returned.set()

    def _sent(self, outgoing: Outgoing) -> str | None:
        """Send; returns what went wrong, without anything secret in it."""
        channel = outgoing.channel
        try:
            secret = self._ports.secrets.reveal(channel.secret) if channel.secret else None
            self._senders[channel.kind].send(outgoing.letter, channel, secret)
        except CalypsoError as refused:
            return refused.detail
        except Exception:
            log.exception("postman.defect", channel=channel.name)
            return DEFECT
        return None
