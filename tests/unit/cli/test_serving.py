"""Whether the API of this machine serves, as the release that asks."""

import httpx
import pytest

from calypso import __version__
from calypso.cli.serving import InstalledApi
from calypso.errors import Misconfigured

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
