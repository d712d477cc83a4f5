"""Storage as people see it: pools, the tree of datasets, snapshots in time, replications."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.running_up import until

FILE_BYTES = 64 << 20
SLOW_BYTES_PER_S = 2 << 20  # so that a person, and a test, can look while it runs
NEVER = "0 0 29 2 *"  # the next leap day
PAGES = {
    "storage": "/storage",
    "storage-datasets": "/storage/datasets",
    "storage-replication": "/storage/replication",
    "storage-disks": "/storage/disks",
    "storage-unprotected": "/storage/unprotected",
}


def known(appliance, dataset):
    """Return a dataset's row once workers have seen it."""

    def row():
        rows = appliance.get("/inventory/storage/datasets", pool=appliance.pool)["items"]
        return next((row for row in rows if row["key"] == dataset), None)

    return until(row)


def fill(appliance, dataset):
    """Write a file into a dataset that takes a while to send."""
    (Path(known(appliance, dataset)["mountpoint"]) / "data").write_bytes(b"\0" * FILE_BYTES)
    appliance.post("/inventory/storage/datasets/refresh")
    until(lambda: known(appliance, dataset)["referenced_bytes"] >= FILE_BYTES)


def moving(appliance, job):
    """Wait until a job has moved something."""
    until(lambda: (appliance.get(f"/jobs/{job['id']}")["progress"]["done"] or 0) > 0)


def at_a_mark(page, name):
    return page.get_by_role("listbox", name="Snapshots on a line of time").get_by_role(
        "option", name=re.compile(name)
    )


def test_a_dataset_made_elsewhere_appears_without_a_reload(tab, appliance):
    known(appliance, appliance.dataset("seen-first"))
    page = tab.go("/storage/datasets")
    tree = page.get_by_role("treegrid", name="Datasets")
    expect(tree.get_by_role("link", name="seen-first", exact=True)).to_be_visible()

    known(appliance, appliance.dataset("seen-later"))

    expect(tree.get_by_role("link", name="seen-later", exact=True)).to_be_visible()


def test_the_tree_is_walked_by_keyboard_and_stays_open(tab, appliance):
    appliance.dataset("walked")
    known(appliance, appliance.dataset("walked/below"))
    page = tab.go("/storage/datasets")
    tree = page.get_by_role("treegrid", name="Datasets")
    row = tree.get_by_role("row", name=re.compile("Filesystem walked "))
    below = tree.get_by_role("link", name="below", exact=True)
    expect(row).to_have_attribute("aria-expanded", "false")

    row.focus()
    page.keyboard.press("ArrowRight")
    expect(below).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("row", name=re.compile("Filesystem below "))).to_be_focused()
    page.reload()
    expect(below).to_be_visible()

    tree.get_by_role("row", name=re.compile("Filesystem below ")).focus()
    page.keyboard.press("ArrowLeft")
    expect(row).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(below).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/storage/datasets/{appliance.pool}/walked"))
    expect(page.get_by_role("heading", name="Snapshots")).to_be_visible()


def test_what_is_sought_lives_in_the_address(tab, appliance):
    known(appliance, appliance.dataset("needle"))
    page = tab.go("/storage/datasets")
    tree = page.get_by_role("treegrid", name="Datasets")

    page.get_by_role("searchbox", name="Filter datasets").fill("needle")

    expect(page).to_have_url(re.compile(r"\?q=needle"))
    expect(tree.get_by_role("row")).to_have_count(3)  # the head, the pool, the dataset


def test_the_timeline_shows_a_new_snapshot_and_what_a_policy_will_destroy(tab, appliance):
    dataset = appliance.dataset("timed")
    schedule = appliance.post(
        "/schedules",
        name="Timed",
        type="storage.snapshot_create",
        params={"dataset": dataset},
        cron=NEVER,
        tz="UTC",
        retention={"lifetime": "P1D"},
    )
    task = schedule["id"]
    appliance.run("storage.snapshot_create", dataset=dataset, name="first", task=task)
    known(appliance, dataset)
    page = tab.go(f"/storage/datasets/{dataset}")
    expect(at_a_mark(page, "^first, .*Stays")).to_be_visible()

    appliance.run("storage.snapshot_create", dataset=dataset, name="second", task=task)
    table = page.get_by_role("table", name=f"Snapshots of {dataset}, newest first")
    expect(table.get_by_role("row", name=re.compile("second"))).to_contain_text("Stays")

    page.get_by_label("What retention will destroy").select_option("in a month")

    expect(table.get_by_role("row", name=re.compile("first"))).to_contain_text("Will be destroyed")
    expect(table.get_by_role("row", name=re.compile("second"))).to_contain_text("last one")
    page.get_by_role("option", name=re.compile("first|2 snapshots")).first.click()
    expect(page.get_by_role("status").filter(has_text="Its lifetime is over.")).to_be_visible()


def test_chosen_snapshots_are_taken_to_the_form_that_destroys_them(tab, appliance):
    dataset = appliance.dataset("chosen")
    appliance.run("storage.snapshot_create", dataset=dataset, name="free")
    appliance.run("storage.snapshot_create", dataset=dataset, name="held", hold="keep")
    known(appliance, dataset)
    page = tab.go(f"/storage/datasets/{dataset}")

    expect(page.get_by_role("checkbox", name="Select held")).to_be_disabled()
    page.get_by_role("checkbox", name="Select free").check()
    page.get_by_role("link", name="Destroy it").click()

    expect(page).to_have_url(re.compile("/jobs/new/storage.snapshot_destroy"))
    assert page.evaluate("history.state.usr.params") == {"dataset": dataset, "names": ["free"]}


def test_a_replication_is_seen_moving_and_is_cancelled_from_its_page(tab, appliance):
    source, target = appliance.dataset("moving"), f"{appliance.pool}/moving-copy"
    fill(appliance, source)
    appliance.run("storage.snapshot_create", dataset=source, name="one")
    page = tab.go("/storage/replication")

    params = {"source": source, "target": target, "rate_bytes_per_s": SLOW_BYTES_PER_S}
    moving(appliance, appliance.post("/jobs", type="storage.replication_run", params=params))
    running = page.get_by_role("list", name="Running now").filter(has_text=target)
    bar = running.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"))
    expect(running).to_contain_text("MiB/s")
    first = int(bar.get_attribute("aria-valuenow"))
    until(lambda: int(bar.get_attribute("aria-valuenow") or 0) > first)

    running.get_by_role("link").click()
    page.get_by_role("button", name="Cancel the job").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    expect(page.get_by_role("status", name="State")).to_have_text("Cancelled")


def test_a_replication_says_how_far_behind_the_target_is_and_is_run_anew(tab, appliance):
    source, target = appliance.dataset("ahead"), f"{appliance.pool}/ahead-copy"
    appliance.run("storage.snapshot_create", dataset=source, name="one")
    appliance.run("storage.replication_run", source=source, target=target)
    appliance.run("storage.snapshot_create", dataset=source, name="two")
    known(appliance, source)
    page = tab.go(f"/storage/datasets/{source}")
    expect(page.get_by_text("1 snapshot behind")).to_be_visible()

    page.get_by_role("button", name="Replicate now").click()

    expect(page.get_by_text("Up to date")).to_be_visible()


def test_the_dashboard_tells_of_a_dataset_that_nobody_protects(tab, appliance):
    dataset = appliance.dataset("forgotten")
    fill(appliance, dataset)
    page = tab.go("/storage/unprotected")
    table = page.get_by_role("table", name="Datasets not protected")

    row = table.get_by_role("row", name=re.compile("forgotten"))

    expect(row).to_contain_text("No snapshot schedule")
    expect(row).to_contain_text("Never snapshotted")
    tab.go("/")
    expect(page.get_by_role("heading", name="Datasets not protected")).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_a_part_of_storage_is_sound(tab, appliance, name):
    appliance.dataset(name)
    tab.go(PAGES[name])

    tab.sound()
    tab.picture(name)


def test_a_dataset_s_page_is_sound(tab, appliance):
    dataset = appliance.dataset("sound")
    appliance.run("storage.snapshot_create", dataset=dataset, name="one")
    known(appliance, dataset)
    page = tab.go(f"/storage/datasets/{dataset}")
    at_a_mark(page, "^one").click()

    tab.sound()
    tab.picture("storage-dataset")


def test_a_viewer_is_offered_no_job(opened, appliance):
    dataset = appliance.dataset("watched")
    known(appliance, dataset)
    page = opened("viewer").go(f"/storage/datasets/{dataset}")

    expect(page.get_by_role("heading", name="Snapshots")).to_be_visible()
    expect(page.get_by_role("link", name="Take a snapshot")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Jobs for"))).to_have_count(0)
