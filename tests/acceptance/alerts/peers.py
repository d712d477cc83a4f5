"""Real servers that alerts are sent to: obliging, failing, silent, rude."""

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = "127.0.0.1"


class Hook:
    """A webhook: answers with the statuses it was given, then with 200; keeps what was posted."""

    def __init__(self, *statuses, headers=None):
        self.posts, self.statuses, self._headers = [], list(statuses), headers or {}
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = hook.statuses.pop(0) if hook.statuses else 200
                hook.posts.append((dict(self.headers), body, self.path))
                self.send_response(status)
                for name, value in hook._headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 - the library's name

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer((HERE, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{HERE}:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def told(self):
        return [json.loads(body) for _, body, _ in self.posts]

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def is_signed(post, key):
    """Tell whether a post carries the signature of Standard Webhooks; written from their text."""
    headers, body, _ = post
    lower = {name.lower(): value for name, value in headers.items()}
    content = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key.encode(), content, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(lower["webhook-timestamp"])) < 60
    return fresh and lower["webhook-signature"] == f"v1,{wanted}"


class Silent:
    """Takes every connection; says `opening`, then a byte of `drip` now and then, and no more."""

    def __init__(self, opening=b"", drip=b"", every_s=0.05):
        self.connections, self._open = 0, []
        self._opening, self._drip, self._every_s = opening, drip, every_s
        self._server = socket.create_server((HERE, 0))
        self.port = self._server.getsockname()[1]
        self.url = f"http://{HERE}:{self.port}/hook"
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(peer)
            self._threads.append(threading.Thread(target=self._drip_to, args=(peer,)))
            self._threads[-1].start()

    def _drip_to(self, peer):
        with suppress(OSError):
            peer.sendall(self._opening)
            while not self._ended.wait(self._every_s):
                peer.sendall(self._drip)

    def close(self):
        self._ended.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in list(self._threads):
            thread.join()
        for peer in self._open:
            peer.close()


class Mail:
    """A mail server; `security` as channels name it. Takes mail for example.org only."""

    def __init__(self, security="none", *, certificate=None, user=None, password=None):
        self.mails, self.signed_in = [], []
        context = None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)

        def authenticator(_server, _session, _envelope, _mechanism, given):
            told = (given.login.decode(), given.password.decode())
            self.signed_in.append(told)
            return AuthResult(success=told == (user, password), handled=False)

        more = {"authenticator": authenticator, "auth_required": True} if user else {}
        if security == "starttls":
            more.update(tls_context=context, require_starttls=True)
        self._controller = Controller(
            self, hostname=HERE, port=0, ssl_context=context if security == "tls" else None,
            auth_require_tls=security == "starttls", **more,
        )  # fmt: skip

    def start(self):
        self._controller.port = _free_port()
        self._controller.start()
        self.port = self._controller.port
        return self

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - the library's name
        if not address.endswith("@example.org"):
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def close(self):
        self._controller.stop()


def make_certificate(folder):
    """Write a certificate for 127.0.0.1 with its key; return the file, which is its own CA too."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HERE)])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HERE))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return file


def _free_port():
    with socket.create_server((HERE, 0)) as one:
        return one.getsockname()[1]


@contextmanager
def open_peer(peer):
    """Close a peer whatever happens."""
    try:
        yield peer
    finally:
        peer.close()
