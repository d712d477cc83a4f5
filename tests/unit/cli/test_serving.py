"""Whether the API of this machine serves, as the release that asks."""

import json
import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from calypso import __version__
from calypso.cli.serving import InstalledApi
from calypso.errors import Misconfigured
from tests.certificates import self_signed

WELL = {"name": "redis", "status": "ok"}
ILL = {"name": "migrations", "status": "unavailable"}


@pytest.fixture
def machine(monkeypatch, tmp_path):
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("CALYPSO_LISTEN", "0.0.0.0:8443")


def complaint(*, status=200, parts=(WELL,), version=__version__, body=None):
    def answer(request):
        assert (request.url.host, request.url.port) == ("127.0.0.1", 8443)
        if request.url.path == "/api/v1/readyz":
            return httpx.Response(status, json={"parts": list(parts)})
        return (
            httpx.Response(200, text=body)
            if body
            else httpx.Response(200, json={"version": version})
        )

    return InstalledApi(transport=httpx.MockTransport(answer)).complaint()


def test_an_api_that_is_ready_and_of_this_release_leaves_no_complaint(machine):
    assert complaint() is None


def test_one_that_is_slower_without_redis_serves(machine):
    assert complaint(parts=[{"name": "redis", "status": "degraded"}]) is None


def test_one_that_is_not_ready_names_the_part_that_is_ill(machine):
    told = complaint(status=503, parts=[WELL, ILL])
    assert told == "the API answers 503: migrations is unavailable"


def test_one_of_another_release_is_not_this_one(machine):
    assert complaint(version="0.0.1") == f"the API is 0.0.1, not {__version__}"


def test_something_else_that_answers_there_is_no_api(machine):
    assert "the API does not answer" in complaint(body="<html>")


def test_an_api_that_refuses_says_so(machine):
    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    api = InstalledApi(transport=httpx.MockTransport(refuse))
    assert api.complaint() == "the API does not answer: refused"


def test_a_machine_whose_configuration_names_no_api_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("CALYPSO_LISTEN", raising=False)
    with pytest.raises(Misconfigured, match="listen"):
        InstalledApi()


class Answers(BaseHTTPRequestHandler):
    """Any API that is ready."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"version": __version__, "parts": []}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def served(monkeypatch, tmp_path):
    """Return a function that serves over TLS with a certificate, on this machine's address."""
    servers = []

    def serve(files):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))
        monkeypatch.setenv("CALYPSO_LISTEN", f"127.0.0.1:{server.server_port}")

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def trusted(monkeypatch, files):
    """Have this machine's settings name a certificate."""
    monkeypatch.setenv("CALYPSO_TLS_CERTIFICATE", str(files.certificate))
    monkeypatch.setenv("CALYPSO_TLS_KEY", str(files.key))


def test_a_certificate_that_has_expired_keeps_nobody_from_going_back(served, monkeypatch, tmp_path):
    expired = self_signed(tmp_path, "keep", "127.0.0.1", ends_in=-timedelta(days=1))
    served(expired)
    trusted(monkeypatch, expired)
    assert InstalledApi().complaint() is None


def test_whoever_answers_with_another_certificate_is_not_this_machines_api(
    served, monkeypatch, tmp_path
):
    (tmp_path / "theirs").mkdir()
    served(self_signed(tmp_path / "theirs", "keep", "127.0.0.1"))
    trusted(monkeypatch, self_signed(tmp_path, "keep", "127.0.0.1"))
    assert "CERTIFICATE_VERIFY_FAILED" in InstalledApi().complaint()
