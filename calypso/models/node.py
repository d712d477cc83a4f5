"""Nodes beside the first: what lets one join, and what it is given."""

from datetime import datetime
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calypso.models.names import NodeName

PREFIX = "calnode_"  # lets people and scanners of leaked text recognise one


class NodeToken(BaseModel):
    """What may be said about a token: never its text."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    node: NodeName
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_from: str | None = Field(default=None, description="The address that joined with it.")


class NodeKeys(BaseModel):
    """What a worker on another machine needs to serve this control plane. All of it is secret."""

    model_config = ConfigDict(frozen=True)

    node: NodeName
    database_url: str
    redis_url: str
    redis_master: str
    secrets_key: str


def means_this_machine(url: str) -> bool:
    """Tell whether an address leads to another server from each machine: loopback, a socket."""
    parts = urlsplit(url.replace("sentinel://", "redis://").replace("+psycopg", ""))
    named = [host for part in parts.netloc.rpartition("@")[2].split(",") if (host := _host(part))]
    named += [host for text in parse_qs(parts.query).get("host", []) for host in text.split(",")]
    return not named or any(_is_here(host) for host in named)


def _host(part: str) -> str:
    """Return the host of `host:port`, `[::1]:port` or a host alone."""
    if part.startswith("["):
        return part[1:].partition("]")[0]
    return part.partition(":")[0]


def _is_here(host: str) -> bool:
    if host.startswith(("/", "@")) or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
