"""TLS: what a certificate and its key change about the server."""

import socket
import ssl
from typing import Any

import gevent  # type: ignore[import-untyped]  # it has no types
import gevent.socket  # type: ignore[import-untyped]  # it has no types
import gevent.ssl  # type: ignore[import-untyped]  # it has no types

from calypso.config import Settings
from calypso.errors import Misconfigured


def options(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's settings for TLS; none where no certificate is named.

    Misconfigured when the files cannot be read or do not belong together: told at the start, not
    to the first who connects.
    """
    if settings.tls_certificate is None or settings.tls_key is None:
        return {}
    files = {"certfile": str(settings.tls_certificate), "keyfile": str(settings.tls_key)}
    try:
        _Context(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(**files)
    except OSError as wrong:  # ssl.SSLError is one, too
        raise Misconfigured(
            f"The certificate {files['certfile']} with its key {files['keyfile']} cannot be used: "
            f"{wrong}. Both are PEM; the key must be the certificate's, and readable."
        ) from wrong
    return {**files, "ssl_context": _context}


def greet(connection: Any, *, within_s: float) -> bool:
    """Shake hands where the connection is encrypted; False for a peer that cannot, or dawdles."""
    if not isinstance(connection, gevent.ssl.SSLSocket):
        return True
    try:
        with gevent.Timeout(within_s, TimeoutError()):
            connection.do_handshake()
    except OSError:  # of which a timeout is one
        return False
    return True


def hang_up(connection: Any) -> None:
    """Read no more from a connection, as if its peer had hung up; answers still go out.

    The shutdown() of an encrypted one would forget its keys first, and whatever is sent after that
    would go out in the clear.
    """
    gevent.socket.socket.shutdown(connection, socket.SHUT_RD)


class _Context(gevent.ssl.SSLContext):  # type: ignore[misc]  # gevent has no types
    """Leaves the handshake to `greet`: a peer that says nothing must not be waited for."""

    def wrap_socket(self, sock: Any, **options: Any) -> Any:
        return super().wrap_socket(sock, **{**options, "do_handshake_on_connect": False})


def _context(given: Any, _default: Any) -> ssl.SSLContext:
    context = _Context(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(given.certfile, given.keyfile)
    return context
