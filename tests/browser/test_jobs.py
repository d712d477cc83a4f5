"""Jobs as they go: seen live, found again, followed, cancelled."""

import re

from playwright.sync_api import expect

from tests.acceptance.running_up import until

LONG_S = 300


def running(appliance, **params):
    job = appliance.post("/jobs", type="system.noop", params={"seconds": LONG_S, **params})
    return until(lambda: (now := appliance.get(f"/jobs/{job['id']}"))["state"] == "running" and now)


def test_a_job_appears_and_ends_without_a_reload(tab, appliance):
    page = tab.go("/jobs")

    appliance.post("/jobs", type="system.noop", params={"seconds": 5})

    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("Running")
    expect(row).to_contain_text("Succeeded")


def test_a_running_job_is_cancelled_from_its_page(tab, appliance):
    job = running(appliance)
    page = tab.go(f"/jobs/{job['id']}")
    expect(page.get_by_role("status", name="State")).to_have_text("Running")

    page.get_by_role("button", name="Cancel the job").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("it tidies up")
    dialog.get_by_role("button", name="Cancel the job").click()

    expect(page.get_by_role("status", name="State")).to_have_text("Cancelled")
    assert appliance.get(f"/jobs/{job['id']}")["state"] == "cancelled"
    expect(page.get_by_role("button", name="Run again")).to_be_visible()


def test_a_waiting_job_says_for_what_with_a_link_to_the_one_in_the_way(tab, appliance):
    holder = running(appliance, lock="door")
    waiter = appliance.post("/jobs", type="system.noop", params={"seconds": 0, "lock": "door"})
    page = tab.go(f"/jobs/{waiter['id']}")

    expect(page.get_by_role("heading", name="Why it waits")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=holder["title"]).first.click()
    expect(page).to_have_url(re.compile(holder["id"]))

    page.get_by_role("button", name="Cancel the job").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    until(lambda: appliance.get(f"/jobs/{waiter['id']}")["state"] == "succeeded")


def test_filters_live_in_the_address_and_back_undoes_them(tab, appliance):
    appliance.run("system.noop", seconds=0)
    page = tab.go("/jobs")
    expect(page.get_by_role("row").nth(1)).to_be_visible()

    page.get_by_role("button", name="Failed", exact=True).click()
    expect(page).to_have_url(re.compile(r"state=failed"))
    page.get_by_role("searchbox", name="Search in titles").fill("nothing is called this")
    expect(page).to_have_url(re.compile(r"q=nothing"))
    expect(page.get_by_text("No job fits")).to_be_visible()

    page.go_back()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_the_task_drawer_shows_what_runs_on_every_page(tab, appliance):
    job = running(appliance)
    page = tab.go("/system")

    page.get_by_role("button", name="Tasks").click()
    tasks = page.get_by_role("list", name="Tasks")
    expect(tasks.get_by_role("link", name=job["title"]).first).to_be_visible()
    page.get_by_role("main").get_by_role("heading", name="Queues").click()

    appliance.post(f"/jobs/{job['id']}/cancel")
    expect(tasks).to_contain_text("Cancelled")


def test_a_log_is_followed_searched_and_kept(tab, appliance):
    source, target = appliance.dataset("logged"), f"{appliance.pool}/logged-copy"
    appliance.run("storage.snapshot_create", dataset=source, name="one")
    appliance.run("storage.replication_run", source=source, target=target)
    job = appliance.run("storage.replication_run", source=source, target=target)
    page = tab.go(f"/jobs/{job['id']}")
    expect(page.get_by_role("log", name="Log")).to_contain_text(f"{target} has")

    page.get_by_role("searchbox", name="Search in the log").fill("no line says this")
    expect(page.get_by_text("0 lines fit")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == f"calypso-{job['id']}.log"


def test_the_keyboard_alone_finds_a_page_and_a_job(tab, appliance):
    job = appliance.run("system.noop", seconds=0)
    page = tab.go("/")

    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(job["id"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=job["title"])).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
