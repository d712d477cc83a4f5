"""Nodes beside the first, over HTTP: tokens to join with, and the one door that takes them."""

from typing import Annotated, Any
from uuid import UUID

from flask import request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api import identity
from api.context import answer, house, listed, need
from calypso.engine import joining
from calypso.errors import TooManyAttempts
from calypso.models.names import NodeName
from calypso.models.node import NodeKeys, NodeToken
from calypso.store.attempts import Limit

MANAGE = "nodes:configure"
HOURS = 24
MOST_HOURS = 24 * 14
PER_ADDRESS = 10
WINDOW_S = 300.0

blueprint = APIBlueprint("nodes", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="nodes")])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewNodeToken(_Body):
    """A token for one machine to join with."""

    node: NodeName = Field(description="What that node will be called.")
    expires_in_hours: float = Field(default=HOURS, gt=0, le=MOST_HOURS)


class Joining(_Body):
    """A machine that wants to become a node."""

    node: NodeName
    token: SecretStr = Field(max_length=200)
    version: Annotated[str, Field(max_length=64)] = Field(description="Release it will run.")


class MadeNodeToken(NodeToken):
    """A new token, with the only look at its text."""

    token: str


class NodeTokens(BaseModel):
    """Every token."""

    items: list[NodeToken]
    next_cursor: str | None


class NodeTokenPath(BaseModel):
    """Which token."""

    token_id: UUID


@blueprint.get("/nodes/tokens", responses={200: NodeTokens})
def list_node_tokens() -> Any:
    """List the tokens with which machines joined or may join; texts are never shown."""
    need(MANAGE)
    return listed(list(house().nodes.tokens()))


@blueprint.post("/nodes/tokens", responses={201: MadeNodeToken})
def add_node_token(body: NewNodeToken) -> Any:
    """Make a token with which one machine may join once; an open one of that node goes.

    It is worth the appliance's keys: hand it over as you would those.
    """
    asking = need(MANAGE)
    identity.forbid_api_token()
    here = house()
    token, text = joining.offer(
        here.nodes, here.settings, body.node, hours=body.expires_in_hours, by=asking.name
    )
    return answer(MadeNodeToken(**token.model_dump(), token=text), 201)


@blueprint.delete("/nodes/tokens/<uuid:token_id>", responses={204: None})
def remove_node_token(path: NodeTokenPath) -> Any:
    """Remove a token, so that nobody can join with it any more."""
    need(MANAGE)
    house().nodes.remove_token(path.token_id)
    return "", 204


@blueprint.post("/nodes/join", responses={200: NodeKeys}, security=[])
def join(body: Joining) -> Any:
    """Exchange a token for what a node's workers need.

    Over TLS only, once, and for the name it was made for. Who joins must run the release of this
    control plane.
    """
    here, address = house(), request.remote_addr or "local"
    limit = Limit(f"join from {address}", PER_ADDRESS, WINDOW_S)
    if (wait_s := here.accounts.count_attempt([limit])) is not None:
        raise TooManyAttempts(f"Too many attempts to join. Wait {wait_s} s.", retry_after_s=wait_s)
    keys = joining.exchange(
        here.nodes,
        here.settings,
        body.token.get_secret_value(),
        node=body.node,
        version=body.version,
        address=address,
        encrypted=request.is_secure,
    )
    return answer(keys)
