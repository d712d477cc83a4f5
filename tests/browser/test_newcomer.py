"""A newcomer's walk: from signing in to a dataset that is snapshotted, thinned and replicated."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_session import sign_in
from tests.browser.test_submit import form_of, pick

SOON_MS = 60_000
MINUTE_AND_MORE_MS = 120_000


@pytest.mark.timeout(400)  # until the minute is full, and what the machine takes
def test_from_nothing_to_a_scheduled_retained_and_replicated_dataset(opened, appliance):
    source, target = f"{appliance.pool}/walk", f"{appliance.pool}/walk-copy"
    page = opened(None).go("/")
    sign_in(page, "admin", appliance.password_of("admin"))

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
