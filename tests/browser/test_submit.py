"""Starting jobs by their forms: filled in, refused at the field, planned, confirmed, watched."""

import re

from playwright.sync_api import expect

from tests.acceptance.running_up import until


def form_of(page, title):
    form = page.get_by_role("form", name=title)
    expect(form).to_be_visible()
    return form


def pick(page, label, text):
    """Type a part of it and take what the list then offers."""
    page.get_by_role("combobox", name=label).fill(text)
    page.get_by_role("option", name=text).first.click()


def keys(appliance, noun, **filters):
    rows = appliance.get(f"/inventory/storage/{noun}", **filters)["items"]
    return [row["key"] for row in rows]


def test_a_snapshot_is_started_from_its_form_and_watched_to_its_end(tab, appliance):
    dataset = appliance.dataset("photos")
    page = tab.go("/jobs/new/storage.snapshot_create")
    form = form_of(page, "Take a snapshot")
    tab.sound()
    tab.picture("submit")

    pick(page, "Dataset", dataset)
    form.get_by_text("More options").click()
    form.get_by_label("Name", exact=True).fill("before-lunch")
    form.get_by_role("button", name="Start the job").click()

    expect(page.get_by_role("heading", name=f"Snapshot {dataset}")).to_be_visible()
    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded")
    until(lambda: keys(appliance, "snapshots", dataset=dataset) == [f"{dataset}@before-lunch"])


def test_the_keyboard_alone_picks_and_starts(tab, appliance):
    dataset = appliance.dataset("keys")
    page = tab.go("/jobs/new/storage.snapshot_create")
    picker = page.get_by_role("combobox", name="Dataset")

    picker.focus()
    page.keyboard.type("KEYS")
    expect(page.get_by_role("option", name=dataset)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(picker).to_have_value(dataset)
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=f"Snapshot {dataset}")).to_be_visible()


def test_a_field_left_out_is_said_there_and_gets_the_focus(tab):
    page = tab.go("/jobs/new/storage.snapshot_create")

    page.get_by_role("button", name="Start the job").click()

    picker = page.get_by_role("combobox", name="Dataset")
    expect(picker).to_be_focused()
    expect(picker).to_have_accessible_description(re.compile("This is needed."))
    picker.fill("-no-such-name")
    page.get_by_role("button", name="Start the job").click()
    expect(picker).to_have_accessible_description(re.compile("must look like tank/home"))
    tab.sound()


def test_what_only_the_server_refuses_stands_at_its_field(tab, appliance):
    tab.allow("422")
    dataset = appliance.dataset("zones")
    page = tab.go("/jobs/new/storage.snapshot_create")
    pick(page, "Dataset", dataset)
    page.get_by_text("More options").click()
    schema = page.get_by_label("Naming schema")
    schema.fill("%Q/no schema")

    page.get_by_role("button", name="Start the job").click()

    expect(schema).to_be_focused()
    expect(schema).to_have_attribute("aria-invalid", "true")
    schema.fill("auto-%Y-%m-%d_%H-%M%z")
    expect(schema).to_have_attribute("aria-invalid", "false")


def test_a_dataset_is_destroyed_only_by_its_plan_and_its_name(tab, appliance):
    dataset = appliance.dataset("doomed")
    page = tab.go("/jobs/new/storage.dataset_destroy")
    pick(page, "Dataset", dataset)

    page.get_by_role("button", name="See what it would destroy").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It destroys")
    expect(dialog).to_contain_text(dataset)
    tab.sound()
    tab.picture("plan")
    go = dialog.get_by_role("button", name=f"Destroy: {dataset}")
    expect(go).to_be_disabled()
    dialog.get_by_label(f"Type {dataset}").fill("tank/another")
    expect(go).to_be_disabled()
    dialog.get_by_label(f"Type {dataset}").fill(dataset)
    go.click()

    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded")
    until(lambda: dataset not in keys(appliance, "datasets"))


def test_a_plan_that_is_not_true_any_more_is_shown_anew(tab, appliance):
    tab.allow("409")
    dataset = appliance.dataset("world")
    page = tab.go("/jobs/new/storage.dataset_destroy")
    pick(page, "Dataset", dataset)
    page.get_by_label("Recursive").check()
    page.get_by_role("button", name="See what it would destroy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(f"Type {dataset}").fill(dataset)

    appliance.run("storage.snapshot_create", dataset=dataset, name="late")
    dialog.get_by_role("button", name=f"Destroy: {dataset}").click()

    expect(dialog.get_by_role("alert")).to_contain_text("The world has moved")
    expect(dialog).to_contain_text(f"{dataset}@late")
    expect(dialog.get_by_label(f"Type {dataset}")).to_have_value("")
    expect(dialog.get_by_role("button", name=f"Destroy: {dataset}")).to_be_disabled()


def test_a_job_that_destroys_nothing_can_be_looked_at_first(tab, appliance):
    pool = appliance.pool
    page = tab.go("/jobs/new/storage.pool_export")
    pick(page, "Pool", pool)

    page.get_by_role("button", name="Show what it would do").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Pool {pool} is out of use until it is imported again")
    expect(dialog).to_contain_text("It destroys nothing.")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("combobox", name="Pool")).to_have_value(pool)


def test_a_job_of_which_nothing_could_be_said_beforehand_offers_no_look(tab):
    page = tab.go("/jobs/new/storage.dataset_create")

    expect(page.get_by_role("button", name="Start the job")).to_be_visible()
    expect(page.get_by_role("button", name="Show what it would do")).to_have_count(0)


def test_a_secret_is_stored_beside_the_form_and_only_its_name_is_in_it(tab, appliance):
    page = tab.go("/jobs/new/storage.dataset_unlock")

    page.get_by_role("button", name="Store a new one").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("keys/home")
    dialog.get_by_label("Kind").select_option("Password")
    dialog.get_by_label("Value").fill("correct horse battery")
    tab.sound()
    dialog.get_by_role("button", name="Store a secret").click()

    expect(page.get_by_role("combobox", name="Encryption key")).to_have_value("keys/home")
    assert "keys/home" in [one["name"] for one in appliance.get("/secrets")["items"]]


def test_what_another_page_knows_is_filled_in(tab, appliance):
    dataset = appliance.dataset("known")
    page = tab.go("/inventory/storage/datasets")

    page.get_by_role("button", name=f"Jobs for {dataset}").click()
    page.get_by_role("menuitem", name="Take a snapshot").click()

    expect(page.get_by_role("combobox", name="Dataset")).to_have_value(dataset)


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(opened, appliance):
    tab = opened(None)
    tab.allow("401")
    dataset = appliance.dataset("patient")
    page = tab.go("/jobs/new/storage.snapshot_create")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(appliance.password_of("admin"))
    page.get_by_role("button", name="Sign in").click()
    pick(page, "Dataset", dataset)
    start = page.get_by_role("button", name="Start the job").element_handle()
    page.context.clear_cookies()

    start.dispatch_event("click")  # beneath the dialog, where a list has asked before
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(appliance.password_of("admin"))
    dialog.get_by_role("button", name="Sign in").click()

    expect(dialog).to_have_count(0)
    expect(page.get_by_role("combobox", name="Dataset")).to_have_value(dataset)
    page.get_by_role("button", name="Start the job").click()
    expect(page.get_by_role("heading", name=f"Snapshot {dataset}")).to_be_visible()


def test_a_viewer_who_finds_the_address_is_told_what_is_missing(opened):
    page = opened("viewer").go("/jobs/new/storage.dataset_destroy")

    expect(page.get_by_text("You may not start this job")).to_be_visible()
    expect(page.get_by_role("form")).to_have_count(0)
