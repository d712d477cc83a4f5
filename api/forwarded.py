"""What a proxy says of whom it speaks for, believed of the proxies that the settings name."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

from api.bodies import Application, Environ
from calypso.config.settings import Network


class Forwarded:
    """A WSGI application that is asked by the client a proxy names, over the line it names."""

    def __init__(self, app: Application, proxies: Sequence[Network]) -> None:
        self._app, self._proxies = app, proxies

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        if self._proxies and self._is_proxy(environ.get("REMOTE_ADDR", "")):
            _believe(environ)
        return self._app(environ, start_response)

    def _is_proxy(self, address: str) -> bool:
        try:
            peer = ip_address(address)
        except ValueError:  # a socket of this machine has none
            return False
        return any(peer in network for network in self._proxies)


def _believe(environ: Environ) -> None:
    """Take what the proxy itself added: the last of each list, the rest anybody may have sent."""
    if client := _last(environ, "HTTP_X_FORWARDED_FOR"):
        environ["REMOTE_ADDR"] = client
    if (scheme := _last(environ, "HTTP_X_FORWARDED_PROTO").lower()) in {"http", "https"}:
        environ["wsgi.url_scheme"] = scheme


def _last(environ: Environ, name: str) -> str:
    told: str = environ.get(name, "")
    return told.rpartition(",")[2].strip()
