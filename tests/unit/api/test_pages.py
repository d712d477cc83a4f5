"""The pages for people beside the API: which address answers with what."""

import gzip

import pytest

from api import pages
from api.app import create_app

DOCUMENT = "<!doctype html><title>Calypso</title>"
SCRIPT = "document.title = 'Calypso';\n" * 100


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Pages as the build leaves them."""
    ui = tmp_path / "ui"
    (ui / "assets").mkdir(parents=True)
    (ui / "index.html").write_text(DOCUMENT)
    (ui / "assets" / "main-abc123.js").write_text(SCRIPT)
    (ui / "assets" / "main-abc123.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    monkeypatch.setattr(pages, "UI", ui)
    return ui


@pytest.fixture
def browser(built, house):
    app = create_app(house)
    yield app.test_client()
    app.extensions["calypso"].hub.stop()


@pytest.mark.parametrize(
    "address", ["/", "/jobs", "/jobs/0190-1", "/jobs?state=running&q=a", "/no/such/page"]
)
def test_every_address_that_is_not_the_api_s_is_the_one_document(browser, address):
    answer = browser.get(address)

    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/html", DOCUMENT)
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_document_may_load_scripts_from_here_only_and_stand_in_no_frame(browser):
    policy = browser.get("/").headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ["/api", "/api/v1/nosuch", "/assets/gone-123.js"])
def test_what_the_api_or_the_build_has_not_is_no_page(browser, address):
    answer = browser.get(address)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_address_of_the_api_has_no_other_methods_by_the_pages(browser):
    assert browser.post("/api/v1/nosuch").status_code == 404


def test_a_file_whose_name_is_its_content_is_kept_for_ever(browser):
    answer = browser.get("/assets/main-abc123.js", buffered=True)

    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_file_goes_out_compressed_to_whoever_takes_it_so(browser):
    headers = {"Accept-Encoding": "gzip"}
    answer = browser.get("/assets/main-abc123.js", headers=headers, buffered=True)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).decode() == SCRIPT


@pytest.mark.parametrize("address", ["/assets/../index.html", "/..%2f..%2fetc/passwd", "/%00"])
def test_nothing_outside_of_the_build_is_served(browser, address):
    answer = browser.get(address)

    assert answer.status_code in {200, 404, 422}
    assert answer.status_code != 200 or answer.text == DOCUMENT


def test_an_installation_without_pages_says_so_and_its_api_works(house, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "UI", tmp_path / "none")
    app = create_app(house)
    browser = app.test_client()

    answer = browser.get("/jobs")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "pages_missing")
    assert browser.get("/api/v1/healthz").status_code == 200
    app.extensions["calypso"].hub.stop()
