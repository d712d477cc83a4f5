"""The other end of joining: gives a token to a control plane, and only to that one."""

import hashlib
import http.client
import json
import ssl
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import calypso
from calypso.errors import Invalid, Unavailable
from calypso.models.node import NodeKeys

PATH = "/api/v1/nodes/join"
HTTPS_PORT = 443
LIMIT_S = 60.0
OK = 200
MOST_BYTES = 65536


def exchange(url: str, token: str, node: str) -> NodeKeys:
    """Return what a control plane gives for a token. Nothing is sent before it is known to be it.

    A token that ends in a fingerprint is for the server of that certificate; without one, the
    certificate must be good to this machine.
    """
    secret, _, fingerprint = token.strip().partition(".")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise Invalid(f"{url} is not an https:// address. Nodes join over TLS only.")
    line = http.client.HTTPSConnection(
        parts.hostname, parts.port or HTTPS_PORT, timeout=LIMIT_S, context=_context(fingerprint)
    )
    with closing(line):
        try:
            line.connect()
            _refuse_stranger(line, fingerprint, url)
            return _asked(line, {"node": node, "token": secret, "version": calypso.__version__})
        except ssl.SSLCertVerificationError as wrong:
            raise Unavailable(
                f"The certificate of {url} is not good to this machine: {wrong.verify_message}. "
                "Join with a token made where that certificate is, which names it."
            ) from wrong
        except (OSError, http.client.HTTPException) as away:
            raise Unavailable(f"{url} cannot be reached: {away}") from away


def _context(fingerprint: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if fingerprint:  # the one certificate is better known than by any authority
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refuse_stranger(line: http.client.HTTPSConnection, fingerprint: str, url: str) -> None:
    if not fingerprint:
        return
    shown = line.sock.getpeercert(binary_form=True) or b""
    if hashlib.sha256(shown).hexdigest() != fingerprint:
        raise Invalid(
            f"{url} shows another certificate than the one this token was made for. Either the "
            "token is of another control plane, its certificate was renewed since, or somebody "
            "stands between. Nothing was sent."
        )


def _asked(line: http.client.HTTPSConnection, body: dict[str, str]) -> NodeKeys:
    line.request("POST", PATH, json.dumps(body), {"Content-Type": "application/json"})
    answer = line.getresponse()
    told = _read(answer.read(MOST_BYTES))
    if answer.status != OK:
        said = told.get("detail") or f"status {answer.status}"
        raise Unavailable(f"The control plane refused: {said}")
    return NodeKeys.model_validate(told)


def _read(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        told = {}
    return told if isinstance(told, dict) else {}
