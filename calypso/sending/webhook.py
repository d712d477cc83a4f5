"""Letters by webhook, signed as Standard Webhooks say.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import logging
import ssl
import time
from collections.abc import Callable

import httpx

import calypso
from calypso.errors import Undelivered
from calypso.models.channel import Channel, Letter
from calypso.sending import words

TIMEOUT_S = 10.0  # of each step
DEADLINE_S = 20.0  # of all of it, whatever the peer does
PREFIX = "whsec_"
HERE = ("127.0.0.1", "::1", "localhost")
logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address it calls


class WebhookSender:
    """Satisfies `engine.alerting.postman.Sender`. `origin`: who we are."""

    def __init__(
        self,
        origin: str,
        *,
        deadline_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._origin, self._deadline_s, self._clock = origin, deadline_s, clock

    def send(self, letter: Letter, channel: Channel, secret: str | None) -> None:
        """Post a letter; any answer but 2xx is a failure, a redirect too."""
        if channel.webhook is None or secret is None:
            raise Undelivered("This channel is no webhook, or has no secret to sign with.")
        body = json.dumps(words.payload(letter, origin=self._origin)).encode()
        headers = self._headers(letter, body, secret)
        status = asyncio.run(self._status(channel.webhook.url, body, headers))
        if not 200 <= status < 300:  # noqa: PLR2004 - success, by HTTP's own numbering
            more = "; redirects are not followed" if 300 <= status < 400 else ""  # noqa: PLR2004 - likewise
            raise Undelivered(f"The peer answered {status}{more}.")

    def _headers(self, letter: Letter, body: bytes, secret: str) -> dict[str, str]:
        stamp = str(int(self._clock()))
        return {
            "Content-Type": "application/json",
            "User-Agent": f"calypso/{calypso.__version__}",
            "webhook-id": str(letter.id),
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature(secret, str(letter.id), stamp, body)}",
        }

    async def _status(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Return the status of the answer; its body is not read."""
        try:
            async with asyncio.timeout(self._deadline_s):
                async with (
                    httpx.AsyncClient(
                        timeout=min(TIMEOUT_S, self._deadline_s),
                        follow_redirects=False,
                        verify=ssl.create_default_context(),
                        trust_env=httpx.URL(url).host not in HERE,
                    ) as client,
                    client.stream("POST", url, content=body, headers=headers) as answer,
                ):
                    return answer.status_code
        except TimeoutError as slow:
            raise Undelivered(f"The peer did not answer within {self._deadline_s:g} s.") from slow
        except httpx.TimeoutException as slow:
            raise Undelivered(f"The peer did not answer within {TIMEOUT_S:g} s.") from slow
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failed:
            raise Undelivered(f"The peer cannot be reached: {_reason(failed)}.") from failed


def signature(secret: str, letter_id: str, stamp: str, body: bytes) -> str:
    """Return the signature of a letter, in base64. The key of `whsec_…` is the base64 behind it."""
    signed = f"{letter_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Undelivered(f"The secret starts with {PREFIX} but is no base64 after it.") from wrong


def _reason(failed: Exception) -> str:
    """Return what went wrong in few words; the address is not among them."""
    return (str(failed).strip().partition("\n")[0] or type(failed).__name__)[:200].rstrip(".")
