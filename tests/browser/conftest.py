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
def started(*, env=None):
    """A `calypso up` of one's own."""
    if not (Path(__file__).parents[2] / "api" / "ui" / "index.html").exists():
        missing("chromium", "the pages are not built; `make setup` does")
    # Not in pytest's own folder: PostgreSQL's account must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="calypso-browser-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        running = RunningUp(folder / "data", *ANY_PORT, env=env)
        try:
            running.until_ready()
            with closing(Appliance(running, folder)) as appliance:
                yield appliance
        finally:
            running.stop()


@pytest.fixture(scope="session")
def session_of(browser, appliance):
    """Give the cookies of somebody who has signed in, by name; each signs in once."""
    known = {}

    def of(name):
        if name not in known:
            context = browser.new_context(base_url=appliance.url)
            answer = context.request.post(
                "/api/v1/auth/login",
                data={"username": name, "password": appliance.password_of(name)},
            )
            assert answer.ok, answer.text()
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return of


@pytest.fixture
def opened(browser, appliance, session_of):
    """Open a tab as somebody (None: nobody); no test may leave a complaint in its console."""
    tabs = []

    def open_(name="admin", *, at=None, viewport=None, **options):
        context = browser.new_context(
            base_url=(at or appliance).url,
            viewport=viewport or WIDE,
            storage_state=session_of(name) if name and at is None else None,
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
