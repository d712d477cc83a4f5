"""Channels and letters in memory, and what they share with alerts: one lock, one clock.

They pass the suite of the real ones (`tests/contract/store`); a test may move the clock.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from calypso.errors import Conflict, NotFound
from calypso.models.alert import Alert
from calypso.models.channel import Channel, Delivery, Letter, Outgoing
from calypso.models.clock import now, uuid7
from calypso.store import cursors
from calypso.store.channels import secret_missing

START = datetime.min.replace(tzinfo=now().tzinfo)


@dataclass
class Post:
    """A letter, and where it is in its life."""

    delivery: Delivery
    seq: int
    alert: Alert | None
    due: datetime


@dataclass
class Office:
    """What both stores share."""

    clock: object = now
    lock: object = field(default_factory=threading.RLock)
    channels: dict = field(default_factory=dict)
    busy: dict = field(default_factory=dict)
    posts: list = field(default_factory=list)
    written: int = 0

    def write(self, channel_id, what, alert):
        self.written += 1
        delivery = Delivery(
            id=uuid4(), channel_id=channel_id, alert_id=alert and alert.id, what=what,
            state="pending", attempts=0, next_at=self.clock(), last_error=None,
            created_at=self.clock(), sent_at=None,
        )  # fmt: skip
        self.posts.append(Post(delivery, self.written, alert, self.clock()))
        return delivery

    def tell(self, alert, what):
        for channel in self.channels.values():
            concerned = channel.min_level.rank <= alert.level.rank
            if what == "cleared":
                concerned = any(
                    (one.delivery.channel_id, one.delivery.alert_id) == (channel.id, alert.id)
                    for one in self.posts
                )
            if channel.enabled and concerned:
                self.write(channel.id, what, alert)


class MemoryChannels:
    """Satisfies `engine.alert_ports.ChannelStore`. `secrets`: names that are stored, or all."""

    def __init__(self, office, *, secrets=None):
        self.office, self._secrets = office, secrets

    def add(self, new, *, by):
        with self.office.lock:
            channel_id = uuid7()
            self._check(new, channel_id)
            return self._put(new, channel_id, by, self.office.clock())

    def change(self, channel_id, new, *, by):
        with self.office.lock:
            before = self.office.channels.get(channel_id)
            if before is None:
                raise NotFound(f"There is no alert channel {channel_id}.")
            self._check(new, channel_id)
            return self._put(new, channel_id, by, before.created_at)

    def _check(self, new, channel_id):
        for other in self.office.channels.values():
            if other.name == new.name and other.id != channel_id:
                raise Conflict(f"There is an alert channel {new.name!r} already.")
        if self._secrets is not None and new.secret and new.secret not in self._secrets:
            raise secret_missing(new)

    def _put(self, new, channel_id, by, created_at):
        told = {name: getattr(new, name) for name in type(new).model_fields}
        channel = Channel.model_construct(
            **told, id=channel_id, created_at=created_at, updated_at=self.office.clock(),
            updated_by=by, last_sent_at=None, last_error=None, last_error_at=None,
        )  # fmt: skip
        self.office.channels[channel_id] = channel
        return channel

    def remove(self, channel_id):
        with self.office.lock:
            self.office.posts = [
                p for p in self.office.posts if p.delivery.channel_id != channel_id
            ]
            return self.office.channels.pop(channel_id, None) is not None

    def get(self, channel_id):
        return self.office.channels.get(channel_id)

    def channels(self):
        return sorted(self.office.channels.values(), key=lambda one: one.name)

    def add_test(self, channel_id):
        with self.office.lock:
            if channel_id not in self.office.channels:
                return None
            return self.office.write(channel_id, "test", None)

    def delivery(self, delivery_id):
        found = (p.delivery for p in self.office.posts if p.delivery.id == delivery_id)
        return next(found, None)

    def deliveries(self, channel_id, *, limit=50, cursor=None):
        before = None if cursor is None else cursors.read_number(cursor, "-seq")
        found = [
            p for p in reversed(self.office.posts)
            if p.delivery.channel_id == channel_id and (before is None or p.seq < before)
        ]  # fmt: skip
        more = cursors.write("-seq", (str(found[limit - 1].seq),)) if len(found) > limit else None
        return [p.delivery for p in found[:limit]], more

    def claim(self, *, limit, lease_s, give_up_s):
        with self.office.lock:
            at, taken = self.office.clock(), []
            for channel in sorted(
                self.office.channels.values(), key=lambda c: self.office.busy.get(c.id, START)
            ):
                if len(taken) == limit or self.office.busy.get(channel.id, START) > at:
                    continue
                self._give_up(channel, at - timedelta(seconds=give_up_s))
                post = self._next(channel, at)
                if post is not None:
                    self.office.busy[channel.id] = at + timedelta(seconds=lease_s)
                    taken.append(self._taken(post, channel, at + timedelta(seconds=lease_s)))
            return taken

    def _pending(self, channel):
        return [
            p for p in self.office.posts
            if p.delivery.channel_id == channel.id and p.delivery.state == "pending"
        ]  # fmt: skip

    def _give_up(self, channel, before):
        for post in self._pending(channel):
            if post.delivery.created_at <= before:
                self._set(post, state="given_up", next_at=None)

    def _next(self, channel, at):
        seen = set()
        for post in self._pending(channel):
            first = post.alert is None or post.alert.id not in seen
            seen.add(post.delivery.alert_id)
            allowed = channel.enabled or post.delivery.what == "test"
            if first and allowed and post.due <= at:
                return post
        return None

    def _taken(self, post, channel, until):
        post.due = until
        self._set(post, attempts=post.delivery.attempts + 1, next_at=until)
        told = post.delivery
        letter = Letter(id=told.id, what=told.what, alert=post.alert, at=told.created_at)
        return Outgoing(letter, told.attempts, channel)

    @staticmethod
    def _set(post, **given):
        post.delivery = post.delivery.model_copy(update=given)

    def settle(self, outgoing, *, error=None, retry_in_s=0.0):
        with self.office.lock:
            found = [p for p in self.office.posts if p.delivery.id == outgoing.letter.id]
            if not found or (found[0].delivery.attempts, found[0].delivery.state) != (
                outgoing.attempt, "pending",
            ):  # fmt: skip
                return False
            post, at = found[0], self.office.clock()
            post.due = at + timedelta(seconds=retry_in_s)
            ended = "sent" if error is None else "given_up" if post.alert is None else "pending"
            self._set(
                post, state=ended, last_error=error, sent_at=at if error is None else None,
                next_at=post.due if ended == "pending" else None,
            )  # fmt: skip
            self.office.busy[post.delivery.channel_id] = at
            self._note(post.delivery.channel_id, error, at)
            return True

    def _note(self, channel_id, error, at):
        fares = {"last_sent_at": at} if error is None else {"last_error_at": at}
        channel = self.office.channels[channel_id]
        self.office.channels[channel_id] = channel.model_copy(update={**fares, "last_error": error})
