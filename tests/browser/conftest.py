"""A real browser at the real product: nothing is mocked, nothing is stubbed."""

import os
import shutil
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.acceptance.running_up import RunningUp
from tests.browser.appliance import Appliance
from tests.browser.looking import Watched
from tests.conftest import missing

CHROMIUM = os.environ.get("CALYPSO_TEST_CHROMIUM") or shutil.which("chromium")
# The browser asks nobody but the product: without these it looks for its maker's hosts.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ANY_PORT = ("--listen", "127.0.0.1:0")
PATIENCE_MS = 20_000  # two cores, ten processes and a browser


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        missing("chromium", "there is none; `scripts/test-tools` installs it as root")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def appliance():
    """A running `calypso up`, with a pool; of the whole session, so tests name their own things."""
    with started() as appliance:
        yield appliance


@contextmanager
def started(*, env=None, prepare=None):
    """A `calypso up` of one's own; `prepare` is given its data folder before it starts."""
    if not (Path(__file__).parents[2] / "api" / "ui" / "index.html").exists():
        missing("chromium", "the pages are not built; `make setup` does")
    # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="calypso-browser-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if prepare is not None:
            prepare(folder / "data")
        running = RunningUp(folder / "data", *ANY_PORT, env=env)
        try:
            running.until_ready()
            with closing(Appliance(running, folder)) as appliance:
                yield appliance
        finally:
            running.stop()


@pytest.fixture(scope="session")
def session_of(browser):
    """Give the cookies of somebody who has signed in, by name and appliance; each does once."""
    known = {}

    def of(name, appliance):
        if (name, appliance.url) not in known:
            known[name, appliance.url] = signed_in(browser, name, appliance)
        return known[name, appliance.url]

    return of


def signed_in(browser, name, appliance):
    context = browser.new_context(base_url=appliance.url)
    credentials = {"username": name, "password": appliance.password_of(name)}
    answer = context.request.post("/api/v1/auth/login", data=credentials)
    assert answer.ok, answer.text()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def opened(request, browser, session_of):
    """Open a tab as somebody (None: nobody); no test may leave a complaint in its console."""
    tabs = []

    def open_(name="admin", *, at=None, viewport=None, **options):
        where = at or request.getfixturevalue("appliance")
        context = browser.new_context(
            base_url=where.url,
            viewport=viewport or WIDE,
            storage_state=session_of(name, where) if name else None,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        tab = Watched(context.new_page())
        tabs.append(tab)
        return tab

    yield open_
    for tab in tabs:
        complaints = tab.complaints
        tab.page.context.close()
        assert complaints == []


@pytest.fixture
def tab(opened):
    """A tab of the administrator."""
    return opened()
