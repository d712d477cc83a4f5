"""What must be so of every page: nothing grave for axe, nothing in the console, two widths."""

import re

import pytest
from playwright.sync_api import expect

PAGES = {
    "dashboard": "/",
    "jobs": "/jobs",
    "start": "/jobs/new",
    "alerts": "/alerts",
    "system": "/system",
    "accounts": "/accounts",
    "inventory": "/inventory/storage/pools",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_at_both_widths_and_in_both_themes(tab, appliance, name):
    appliance.run("system.noop", seconds=0)
    page = tab.go(PAGES[name])
    expect(page.get_by_text("Loading…")).to_have_count(0)

    tab.sound()
    tab.picture(name)


def test_a_job_s_page_is_sound(tab, appliance):
    job = appliance.run("system.noop", seconds=0)
    page = tab.go(f"/jobs/{job['id']}")
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()

    tab.sound()
    tab.picture("job")


def test_an_address_that_leads_nowhere_says_so_and_the_way_home(tab):
    page = tab.go("/no/such/page")

    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="To the dashboard").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_chosen_theme_stays(tab):
    page = tab.go("/")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Dark").click()

    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
