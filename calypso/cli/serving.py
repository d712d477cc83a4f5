"""Whether the API that is installed on this machine serves, as this very release."""

from collections.abc import Iterator
from contextlib import suppress

import httpx

from calypso import __version__
from calypso.cli.server import Place, installed
from calypso.errors import Misconfigured

ANSWER_S = 5.0


class InstalledApi:
    """The API of this machine, asked on its own address; nobody need be signed in."""

    def __init__(self, *, transport: httpx.BaseTransport | None = None) -> None:
        url = installed()
        if url is None:
            raise Misconfigured(
                "calypso.yaml does not say where the API listens (listen), so it cannot be asked."
            )
        self._http = httpx.Client(
            base_url=f"{url}/api/v1",
            timeout=ANSWER_S,
            transport=transport,
            verify=Place().trusted() if url.startswith("https:") else True,
            trust_env=False,  # a proxy knows nothing of this machine's own
        )

    def complaint(self) -> str | None:
        """Return why it does not serve; None when it does, as this release."""
        try:
            ready, version = self._http.get("/readyz"), self._http.get("/version").json()
        except (httpx.HTTPError, ValueError) as away:
            return f"the API does not answer: {away}"
        if ready.status_code != httpx.codes.OK:
            return f"the API answers {ready.status_code}: {', '.join(_ill(ready)) or 'no more'}"
        if version.get("version") != __version__:
            return f"the API is {version.get('version')}, not {__version__}"
        return None


def _ill(ready: httpx.Response) -> Iterator[str]:
    with suppress(ValueError, KeyError):  # who else may answer there says other things
        for part in ready.json()["parts"]:
            if part["status"] != "ok":
                yield f"{part['name']} is {part['status']}"
