"""Secrets by their names: stored, replaced and removed, never shown."""

from playwright.sync_api import expect

from tests.browser.looking import RESOURCE
from tests.browser.test_alerts import store

VALUE = "correct horse battery staple"


def test_a_secret_is_stored_replaced_and_removed_and_never_shown(tab, appliance):
    page = tab.go("/accounts")
    page.get_by_role("button", name="Store a secret").click()
    store(page, "offsite/login", VALUE)
    row = page.get_by_role("row").filter(has_text="offsite/login")
    expect(row).to_contain_text("never used")
    tab.picture("secrets")

    row.get_by_role("button", name="Replace offsite/login").click()
    dialog = page.get_by_role("dialog", name="Replace offsite/login")
    expect(dialog.get_by_label("Value")).to_have_value("")
    dialog.get_by_label("Kind").select_option("SSH key")
    dialog.get_by_label("Value").fill("another\nvalue")
    tab.sound()
    dialog.get_by_role("button", name="Replace").click()
    expect(row).to_contain_text("ssh_key")
    assert VALUE not in page.content()

    row.get_by_role("button", name="Remove offsite/login").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    assert "offsite/login" not in [one["name"] for one in appliance.get("/secrets")["items"]]


def test_a_secret_that_a_channel_needs_is_not_removed_and_the_page_says_why(tab, appliance):
    tab.allow(RESOURCE.format(409))
    page = tab.go("/accounts")
    page.get_by_role("button", name="Store a secret").click()
    store(page, "hooks/needed", VALUE)
    webhook = {"url": "http://127.0.0.1:9/", "secret": {"secret": "hooks/needed"}}
    channel = appliance.post("/alert-channels", name="Needs it", kind="webhook", webhook=webhook)

    page.get_by_role("button", name="Remove hooks/needed").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove").click()

    expect(dialog.get_by_role("alert")).to_contain_text("Needs it")
    appliance.delete(f"/alert-channels/{channel['id']}")


def test_a_viewer_sees_no_button_to_change_a_secret(opened):
    page = opened("viewer").go("/accounts")

    expect(page.get_by_role("heading", name="Secrets")).to_be_visible()
    expect(page.get_by_role("button", name="Store a secret")).to_have_count(0)
    expect(page.get_by_role("button", name="Replace")).to_have_count(0)
