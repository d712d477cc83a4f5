"""A newcomer's walk: from `make demo` to a dataset that is snapshotted, thinned and replicated."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.acceptance.running_up import NO_BACULA, until
from tests.browser.test_session import sign_in
from tests.browser.test_submit import form_of, pick

DEMO = Path(__file__).parents[2] / "demo" / "demo.py"
DEMO_S = 240
SOON_MS = 60_000
MINUTE_AND_MORE_MS = 120_000


@pytest.fixture
def said():
    """What `make demo` prints, once it serves; it is ended as a person does."""
    with tempfile.TemporaryDirectory(prefix="calypso-demo-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL's account must be able to enter it
        out = folder / "said"
        demo = start(folder / "data", out)
        try:
            until(lambda: "Ctrl-C" in out.read_text() or demo.poll() is not None, limit_s=DEMO_S)
            assert demo.poll() is None, out.read_text()
            yield out.read_text()
        finally:
            demo.send_signal(signal.SIGINT)
            assert demo.wait(90) == 0, out.read_text()


def start(data, out):
    """The program of `make demo`, without options but where it keeps its data."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_")}
    with out.open("wb") as told:
        return subprocess.Popen(
            [sys.executable, DEMO, "--data", data],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env={**kept, **NO_BACULA, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
        )


@pytest.mark.timeout(600)  # the demo, until the minute is full, and what the machine takes
def test_from_the_demo_to_a_scheduled_retained_and_replicated_dataset(said, opened):
    address = re.search(r"Calypso serves (http\S+)", said)[1]
    password = Path(re.search(r"\$\(cat (\S+)\)", said)[1]).read_text().strip()
    pool = re.search(r"(\w+)/files", said)[1]
    source, target = f"{pool}/walk", f"{pool}/walk-copy"
    page = opened(None, at=SimpleNamespace(url=address)).go("/")
    sign_in(page, "admin", password)

    # A dataset, by the palette.
    page.get_by_role("button", name="Search or go to").click()
    page.get_by_role("combobox", name="Search or go to").fill("dataset_create")
    page.get_by_role("option", name=re.compile("storage.dataset_create")).click()
    page.get_by_role("textbox", name="Dataset").fill(source)
    page.get_by_role("button", name="Start the job").click()
    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded", timeout=SOON_MS)

    # A schedule that takes a snapshot each minute and keeps two.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Schedules").click()
    page.get_by_role("main").get_by_role("link", name="New schedule").first.click()
    page.get_by_role("textbox", name="Name").first.fill("Walk, each minute")
    page.get_by_role("combobox", name="Job type").select_option("storage.snapshot_create")
    pick(page, "Dataset", source)
    page.get_by_role("combobox", name="Every").select_option("minute")
    page.get_by_role("combobox", name="How often").select_option("1")
    kept = page.get_by_role("combobox", name="Which snapshots are kept")
    kept.select_option(label="The newest of each period")
    page.get_by_role("spinbutton", name="Last").fill("2")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name="Walk, each minute")).to_be_visible()
    slots = page.get_by_role("table", name="Slots, latest first")
    expect(slots.get_by_text("Fired").first).to_be_visible(timeout=MINUTE_AND_MORE_MS)
    jobs = page.get_by_role("table", name="Its jobs")
    expect(jobs.get_by_text("Succeeded").first).to_be_visible(timeout=SOON_MS)

    # What it has stands on the dataset's page; from there it is replicated.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Storage").click()
    parts = page.get_by_role("navigation", name="Storage")
    parts.get_by_role("link", name="Datasets").click()
    page.get_by_role("searchbox").first.fill("walk")
    page.get_by_role("row", name=re.compile("walk")).get_by_role("link").first.click()
    expect(page.get_by_role("main").get_by_text(re.compile("auto-20")).first).to_be_visible()
    page.get_by_role("link", name="Replicate").first.click()
    form_of(page, "Bring a dataset")
    page.get_by_role("textbox", name="Target").fill(target)
    page.get_by_role("button", name="Start the job").click()
    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded", timeout=SOON_MS)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Storage").click()
    parts.get_by_role("link", name="Replication").click()
    expect(page.get_by_text(target).first).to_be_visible()
