"""How a machine becomes a node: a token for one name, exchanged once for what its workers need."""

import hashlib
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from calypso import __version__
from calypso.config import Settings
from calypso.errors import Conflict, FieldError, Forbidden, Invalid, Unauthenticated
from calypso.models.clock import now
from calypso.models.node import NodeKeys, NodeToken, means_this_machine


class NodeStore(Protocol):
    """What is kept of nodes that join."""

    def add_token(self, node: str, *, by: str, expires_at: datetime) -> tuple[NodeToken, str]:
        """Return (token, its text), in place of an open one of the node."""

    def is_good(self, text: str, *, node: str) -> bool:
        """Tell whether a token would let a node join now."""

    def use_token(self, text: str, *, node: str, address: str) -> NodeToken | None:
        """Return the token and make it useless; None when it is not good now."""

    def spoil_token(self, text: str) -> None:
        """Make a token useless."""

    def is_served(self, node: str, *, within_s: float) -> bool:
        """Tell whether a worker of this node is there."""


def offer(
    store: NodeStore, settings: Settings, node: str, *, hours: float, by: str
) -> tuple[NodeToken, str]:
    """Return (token, its text with the fingerprint of our certificate).

    Conflict where a machine has the name already, or where another machine could not reach what
    it would be given.
    """
    _refuse_taken(store, settings, node)
    keys_for(settings, node)
    until = now() + timedelta(hours=hours)
    token, text = store.add_token(node, by=by, expires_at=until)
    return token, text + _fingerprint(settings.tls_certificate)


def exchange(
    store: NodeStore,
    settings: Settings,
    text: str,
    *,
    node: str,
    version: str,
    address: str,
    encrypted: bool,
) -> NodeKeys:
    """Return what the workers of a node need, for a token that is good now and is not after this.

    Forbidden in the clear, which also spoils the token: somebody may have read along. Without a
    good one nothing is told, of names and releases neither; what is refused else leaves it good.
    """
    secret = text.partition(".")[0]
    if not encrypted:
        store.spoil_token(secret)
        raise Forbidden(
            "Nodes join over TLS only. This token came in the clear and is spoilt; make a new one "
            "and join with https://. A proxy in between must be named in trusted_proxies, and say "
            "X-Forwarded-Proto."
        )
    if not store.is_good(secret, node=node):
        raise _no_token(node)
    if version != __version__:
        raise Conflict(
            f"This control plane runs {__version__}, you bring {version}. "
            f"Join with the bundle of {__version__}; the token is still good."
        )
    _refuse_taken(store, settings, node)
    keys = keys_for(settings, node)
    if store.use_token(secret, node=node, address=address) is None:
        raise _no_token(node)  # another was quicker
    return keys


def _no_token(node: str) -> Unauthenticated:
    return Unauthenticated(
        f"This token does not let {node} join: it was used, has expired, or is another node's. "
        f"Make one: calypso node token {node}"
    )


def keys_for(settings: Settings, node: str) -> NodeKeys:
    """Return what the workers of a node need; Conflict when another machine cannot reach it."""
    database = (settings.node_database_url or settings.database_url).get_secret_value()
    broker = (settings.node_redis_url or settings.redis_url).get_secret_value()
    for name, url in (("NODE_DATABASE_URL", database), ("NODE_REDIS_URL", broker)):
        if means_this_machine(url):
            raise Conflict(
                "Another machine would not find this one's server at the address it has here. "
                f"Let the server listen on the network, and name its address: CALYPSO_{name}."
            )
    return NodeKeys(
        node=node,
        database_url=database,
        redis_url=broker,
        redis_master=settings.redis_master,
        secrets_key=settings.secrets_key.get_secret_value(),
    )


def _refuse_taken(store: NodeStore, settings: Settings, node: str) -> None:
    if node == settings.node:
        fault = FieldError("/node", "taken", "the control plane's own node")
        raise Invalid(
            f"{node} is this machine's own name. Call the other one differently.", [fault]
        )
    if store.is_served(node, within_s=settings.lease_s):
        raise Conflict(
            f"Workers of a node {node} are running. Two machines of one name would take each "
            "other's jobs; end those workers first, or choose another name."
        )


def _fingerprint(certificate: Path | None) -> str:
    """Return what tells a joining machine that it speaks to us and nobody between, or nothing."""
    if certificate is None:
        return ""
    first, end, _ = certificate.read_text(encoding="ascii").partition(ssl.PEM_FOOTER)
    return "." + hashlib.sha256(ssl.PEM_cert_to_DER_cert(first + end)).hexdigest()
