"""Schedules: made, seen to fire, switched, changed with what that lets go, tried on snapshots."""

import re

import pytest
from playwright.sync_api import expect

MINUTE_AND_MORE_MS = 90_000
SCHEMA = "auto-%Y-%m-%d_%H-%M"


def nightly(appliance, name, dataset, **more):
    """A schedule that owns snapshots called as if it had taken one each night."""
    params = {"dataset": dataset, "naming_schema": SCHEMA}
    said = {"cron": "30 2 * * *", "tz": "Europe/Vienna", **more}
    return appliance.post(
        "/schedules", name=name, type="storage.snapshot_create", params=params, **said
    )


@pytest.fixture(scope="session")
def with_snapshots(appliance):
    """A dataset with eight snapshots, each of another night."""
    dataset = appliance.dataset("nights")
    for day in range(10, 18):
        appliance.run("storage.snapshot_create", dataset=dataset, name=f"auto-2026-11-{day}_02-30")
    return dataset


@pytest.mark.timeout(300)  # until the minute is full, and what the machine takes
def test_a_schedule_made_in_the_editor_fires_and_its_history_grows_without_a_reload(tab):
    page = tab.go("/schedules/new")
    page.get_by_role("textbox", name="Name").fill("Each minute")
    page.get_by_role("combobox", name="Job type").select_option("system.noop")
    page.get_by_role("combobox", name="Every").select_option("minute")
    page.get_by_role("combobox", name="How often").select_option("1")
    expect(page.get_by_role("textbox", name="Cron rule")).to_have_value("* * * * *")
    expect(page.get_by_text("every minute", exact=True).first).to_be_visible()
    fires = page.get_by_role("main").get_by_role("time")
    expect(fires).to_have_count(10)

    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("heading", level=1, name="Each minute")).to_be_visible()
    expect(page.get_by_text("No slot has come yet")).to_be_visible()
    slots = page.get_by_role("table", name="Slots, latest first")
    expect(slots.get_by_text("Fired").first).to_be_visible(timeout=MINUTE_AND_MORE_MS)
    jobs = page.get_by_role("table", name="Its jobs")
    expect(jobs.get_by_text("Succeeded").first).to_be_visible()
    tab.picture("schedule")
    tab.sound()

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/schedules$"))


def test_a_day_on_which_clocks_go_forward_is_marked(tab):
    page = tab.go("/schedules/new")
    page.get_by_role("textbox", name="Cron rule").fill("30 2 * * *")
    page.get_by_role("combobox", name="Time zone").fill("Europe/Vienna")
    page.get_by_label("Look from").fill("2027-03-27")

    said = "02:30 does not exist on 28 March 2027: runs at 03:00."
    expect(page.get_by_text(said)).to_be_visible()
    marked = page.get_by_role("listitem").filter(has_text="clocks go forward")
    expect(marked).to_contain_text("Sun, 28 Mar 2027, 03:00")

    page.get_by_label("Look from").fill("2027-10-30")
    expect(page.get_by_text("02:30 comes twice on 31 October 2027")).to_be_visible()


def test_a_wrong_rule_is_refused_at_its_field(tab):
    tab.allow("422")
    page = tab.go("/schedules/new")
    rule = page.get_by_role("textbox", name="Cron rule")
    rule.fill("61 2 * * *")

    expect(rule).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("minute: '61' is not within 0 to 59")


def test_the_builder_and_the_cron_rule_are_one(tab):
    page = tab.go("/schedules/new")
    rule, every = page.get_by_role("textbox", name="Cron rule"), page.get_by_label("Every")

    every.select_option("week")
    page.get_by_role("button", name="Wednesday").click()
    page.get_by_role("button", name="Add a time").click()
    expect(rule).to_have_value("30 2,14 * * 0,3")
    expect(page.get_by_text("every Wednesday and Sunday at 02:30 and 14:30")).to_be_visible()

    rule.fill("0 3 1 * *")
    expect(every).to_have_value("month")
    rule.fill("*/7 * * * *")
    expect(every).to_have_value("cron")


def test_a_schedule_is_switched_off_in_the_list(tab, appliance):
    made = appliance.post(
        "/schedules", name="To be switched", type="system.noop", cron="0 0 1 1 *", tz="UTC"
    )
    page = tab.go("/schedules?q=to+be+switched")
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("every year on 1 January at 00:00")

    row.get_by_role("switch", name="To be switched is on").click()

    expect(row.get_by_role("switch")).not_to_be_checked()
    expect(row).to_contain_text("Off")
    assert appliance.get(f"/schedules/{made['id']}")["enabled"] is False


def test_a_change_of_the_retention_shows_exactly_what_it_lets_go(tab, appliance, with_snapshots):
    made = nightly(appliance, "Kept for long", with_snapshots, retention={"keep_daily": 14})
    page = tab.go(f"/schedules/{made['id']}/edit")

    page.get_by_role("spinbutton", name="Daily").fill("20")
    expect(page.get_by_text("No snapshot becomes deletable by this change.")).to_be_visible()

    page.get_by_role("spinbutton", name="Daily").fill("6")
    going = page.get_by_role("list", name="2 snapshots become deletable by this change:")
    expect(going.get_by_role("listitem")).to_have_count(2)
    expect(going).to_contain_text(f"{with_snapshots}@auto-2026-11-10_02-30")
    tab.sound()
    tab.picture("schedule-editor")

    page.get_by_role("button", name="Save, and let 2 snapshots go").click()

    expect(page.get_by_role("heading", level=1, name="Kept for long")).to_be_visible()
    expect(page.get_by_text("6 daily")).to_be_visible()


def test_what_was_taken_is_kept_as_long_as_was_said_though_the_lifetime_gets_shorter(
    tab, appliance
):
    dataset = appliance.dataset("promised")
    names = [f"auto-2026-11-{day}_02-30" for day in (10, 11, 12)]
    for name in names:
        appliance.run("storage.snapshot_create", dataset=dataset, name=name)
    made = nightly(appliance, "Promised", dataset, retention={"lifetime": "P30000D"})
    page = tab.go(f"/schedules/{made['id']}/edit")
    page.get_by_role("spinbutton", name="Lifetime").fill("1")
    expect(page.get_by_role("button", name="Save, and let 2 snapshots go")).to_be_enabled()

    page.get_by_role("checkbox", name="Keep what was taken so far").check()
    tab.sound()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page).to_have_url(re.compile(f"/schedules/{made['id']}$"))
    assert appliance.get(f"/schedules/{made['id']}")["retention"]["lifetime"] == "P1D"
    pruned = appliance.run("storage.snapshot_prune", tasks=[made["id"]])
    assert pruned["result"] == {"destroyed": 0, "kept": {"protected": 3}, "stayed": []}


def test_who_was_second_sees_both_and_chooses(tab, appliance):
    tab.allow("412")
    made = appliance.post(
        "/schedules", name="Wanted by two", type="system.noop", cron="0 0 1 1 *", tz="UTC"
    )
    page = tab.go(f"/schedules/{made['id']}/edit")
    page.get_by_role("textbox", name="Name").fill("Mine")
    appliance.patch(f"/schedules/{made['id']}", tz="Europe/Vienna")

    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="admin has changed it meanwhile")
    expect(dialog.get_by_role("row").filter(has_text="Time zone")).to_contain_text("Europe/Vienna")
    dialog.get_by_role("button", name="Keep mine").click()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1, name="Mine")).to_be_visible()
    assert appliance.get(f"/schedules/{made['id']}")["tz"] == "UTC"


def test_leaving_what_is_not_saved_asks(tab):
    page = tab.go("/schedules/new")
    page.get_by_role("textbox", name="Name").fill("Half written")

    page.get_by_role("link", name="Dashboard").click()
    page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Half written")
    page.get_by_role("link", name="Dashboard").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()

    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()


def test_a_session_that_ends_takes_nothing_of_what_was_written(opened, appliance):
    tab = opened(None)
    tab.allow("401")
    page = tab.go("/schedules/new")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(appliance.password_of("admin"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="New schedule")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Survives its session")
    page.get_by_role("combobox", name="Job type").select_option("system.noop")
    page.get_by_role("textbox", name="Cron rule").fill("0 0 1 1 *")
    create = page.get_by_role("button", name="Create").element_handle()
    page.context.clear_cookies()

    create.dispatch_event("click")  # beneath the dialog, where a list has asked before
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(appliance.password_of("admin"))
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Survives its session")
    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("heading", level=1, name="Survives its session")).to_be_visible()


def test_a_policy_is_tried_on_the_snapshots_that_are_there(tab, with_snapshots):
    page = tab.go(f"/schedules/retention?dataset={with_snapshots}")
    page.get_by_role("combobox", name="Which snapshots are kept").select_option("count")
    for rule in ("Daily", "Weekly", "Monthly"):
        page.get_by_role("spinbutton", name=rule).fill("0")
    page.get_by_role("spinbutton", name="Last").fill("3")

    expect(page.get_by_role("img", name="Timeline: 3 kept, 5 go.")).to_be_visible()
    table = page.get_by_role("table", name="Snapshots and what becomes of them, newest first")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Last 1 of 3: the newest.")
    expect(table.get_by_role("row").nth(8)).to_contain_text("Goes")

    page.get_by_role("combobox", name="Which snapshots are kept").select_option("age")
    expect(page.get_by_role("img", name="Timeline: 8 kept, 0 go.")).to_be_visible()
    page.get_by_role("slider", name="Look ahead").fill("30")
    expect(page.get_by_role("img", name="Timeline: 1 kept, 7 go.")).to_be_visible()
    tab.sound()
    tab.picture("retention")


def test_a_viewer_sees_schedules_and_changes_none(opened, appliance):
    made = appliance.post(
        "/schedules", name="Only looked at", type="system.noop", cron="0 0 1 1 *", tz="UTC"
    )
    tab = opened("viewer")
    page = tab.go("/schedules?q=only+looked+at")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Only looked at")
    expect(page.get_by_role("switch")).to_have_count(0)
    expect(page.get_by_role("link", name="New schedule")).to_have_count(0)

    tab.go(f"/schedules/{made['id']}")
    for name in ("Run now", "Turn off", "Delete"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)


def test_the_list_is_sound_in_both_themes(tab, appliance):
    appliance.post("/schedules", name="Listed", type="system.noop", cron="0 3 * * 1", tz="UTC")
    page = tab.go("/schedules")
    expect(page.get_by_role("row").filter(has_text="Listed")).to_contain_text("every Monday")

    tab.sound()
    tab.picture("schedules")


def test_no_schedule_fits_and_the_page_says_so(tab, appliance):
    appliance.post("/schedules", name="Found", type="system.noop", cron="0 3 * * 1", tz="UTC")
    page = tab.go("/schedules?q=nothing+is+called+so")

    expect(page.get_by_text("No schedule fits")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("row").filter(has_text="Found")).to_be_visible()
