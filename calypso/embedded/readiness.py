"""Whether the API says that it is ready, and if not, what it says instead."""

import http.client
import json
from contextlib import suppress

from calypso.embedded.listening import ANYWHERE, Listen

PATH = "/api/v1/readyz"
TIMEOUT_S = 2.0


def complaint(listen: Listen) -> str | None:
    """Ask once; None when ready, else what is missing."""
    host = ANYWHERE.get(listen.host, listen.host)
    asked = http.client.HTTPConnection(host, listen.port, timeout=TIMEOUT_S)
    try:
        asked.request("GET", PATH)
        answer = asked.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as away:
        return f"the API does not answer yet ({away})"
    finally:
        asked.close()
    return None if answer.status == http.HTTPStatus.OK else _said(answer.status, body)


def _said(status: int, body: bytes) -> str:
    """Return what of the answer is not well, or its number when it says nothing."""
    with suppress(ValueError, AttributeError):
        parts = json.loads(body).items()
        if unwell := [f"{name}: {said}" for name, said in parts if said != "ok"]:
            return ", ".join(unwell)
    return f"the API answers {status}"
