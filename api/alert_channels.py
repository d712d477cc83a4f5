"""Where alerts are sent: channels, a test of each, and what became of every letter."""

import time
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, Field

from api.context import actor, answer, house, listed, need
from api.queries import Query
from calypso.errors import NotFound
from calypso.models.channel import Channel, Delivery, NewChannel

CONFIGURE = "alerts:configure"
TEST_WAIT_S = 10.0  # a person waits for the first attempt no longer
TEST_LOOK_S = 0.2

blueprint = APIBlueprint(
    "alert_channels", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="alerts")]
)


class ChannelPath(BaseModel):
    """Which channel."""

    channel_id: UUID


class DeliveriesQuery(Query):
    """Which letters."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=4000)] | None = None


class Channels(BaseModel):
    """Every channel."""

    items: list[Channel]
    next_cursor: str | None


class Deliveries(BaseModel):
    """A page of a channel's letters, newest first."""

    items: list[Delivery]
    next_cursor: str | None


@blueprint.get("/alert-channels", responses={200: Channels})
def list_channels() -> Any:
    """List the channels. Of a webhook, who may not configure sees the host only."""
    need("alerts:read")
    return listed([_shown(one) for one in house().ports.channels.channels()])


@blueprint.post("/alert-channels", responses={201: Channel})
def add_channel(body: NewChannel) -> Any:
    """Add a channel."""
    asking = need(CONFIGURE)
    made = house().ports.channels.add(body, by=asking.name)
    return answer(made, 201, {"Location": f"/api/v1/alert-channels/{made.id}"})


@blueprint.get("/alert-channels/<uuid:channel_id>", responses={200: Channel})
def show_channel(path: ChannelPath) -> Any:
    """Show a channel and how it fares."""
    need("alerts:read")
    return answer(_shown(_found(path.channel_id)))


@blueprint.put("/alert-channels/<uuid:channel_id>", responses={200: Channel})
def change_channel(path: ChannelPath, body: NewChannel) -> Any:
    """Replace a channel's settings; letters that wait go out by the new ones."""
    asking = need(CONFIGURE)
    return answer(house().ports.channels.change(path.channel_id, body, by=asking.name))


@blueprint.delete("/alert-channels/<uuid:channel_id>", responses={204: None})
def remove_channel(path: ChannelPath) -> Any:
    """Remove a channel, with its letters."""
    need(CONFIGURE)
    if not house().ports.channels.remove(path.channel_id):
        raise _missing(path.channel_id)
    return "", 204


@blueprint.post("/alert-channels/<uuid:channel_id>/test", responses={202: Delivery})
def test_channel(path: ChannelPath) -> Any:
    """Send a test, once, over a disabled channel too.

    Waits up to 10 s for what becomes of it: `state` sent, given_up with `last_error`, or still
    pending, when no scheduler runs or the peer is slow.
    """
    need(CONFIGURE)
    channels = house().ports.channels
    letter = channels.add_test(path.channel_id)
    deadline = time.monotonic() + TEST_WAIT_S
    while letter is not None and letter.state == "pending" and time.monotonic() < deadline:
        time.sleep(TEST_LOOK_S)
        letter = channels.delivery(letter.id)
    if letter is None:
        raise _missing(path.channel_id)
    return answer(letter, 202)


@blueprint.get("/alert-channels/<uuid:channel_id>/deliveries", responses={200: Deliveries})
def list_deliveries(path: ChannelPath, query: DeliveriesQuery) -> Any:
    """List what was sent over a channel, what waits, and what went wrong."""
    need("alerts:read")
    _found(path.channel_id)
    items, cursor = house().ports.channels.deliveries(
        path.channel_id, limit=query.limit, cursor=query.cursor
    )
    return listed(list(items), cursor)


def _found(channel_id: UUID) -> Channel:
    channel = house().ports.channels.get(channel_id)
    if channel is None:
        raise _missing(channel_id)
    return channel


def _missing(channel_id: UUID) -> NotFound:
    return NotFound(f"There is no alert channel {channel_id}.")


def _shown(channel: Channel) -> Channel:
    """Return a channel as the caller may see it: the path of some webhooks is as good as a key."""
    if channel.webhook is None or actor().may(CONFIGURE):
        return channel
    parts = urlsplit(channel.webhook.url)
    url = urlunsplit((parts.scheme, parts.netloc, "/...", "", ""))
    return channel.model_copy(update={"webhook": channel.webhook.model_copy(update={"url": url})})
