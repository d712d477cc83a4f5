"""Where alerts go: a channel is added, tested, changed and removed on the page."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from playwright.sync_api import expect

from tests.acceptance.running_up import until
from tests.browser.looking import RESOURCE


@contextmanager
def hook():
    """A webhook's address, and the letters that came."""
    letters = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            letters.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *told):
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", letters
        server.shutdown()
        thread.join()


def channels(appliance):
    return appliance.get("/alert-channels")["items"]


def test_a_webhook_is_added_tested_changed_and_removed(tab, appliance):
    page = tab.go("/alerts")
    with hook() as (address, letters):
        page.get_by_role("button", name="Add a channel").click()
        dialog = page.get_by_role("dialog", name="Add a channel")
        dialog.get_by_label("Name").fill("Night watch")
        dialog.get_by_label("Sends by").select_option("Webhook")
        dialog.get_by_label("Address").fill(address)
        dialog.get_by_role("button", name="Store a new one").click()
        store(page, "hooks/night-watch", "a secret of thirty-two characters")
        expect(dialog.get_by_label("Signing secret")).to_have_value("hooks/night-watch")
        tab.sound()
        tab.picture("alert-channel")
        dialog.get_by_role("button", name="Add a channel").click()

        item = page.get_by_role("list", name="Where alerts go").get_by_role("listitem")
        item = item.filter(has_text="Night watch")
        expect(item).to_contain_text(address)
        tab.picture("alert-channels")
        item.get_by_role("button", name="Send a test to Night watch").click()
        expect(page.get_by_text("A test was sent to Night watch.")).to_be_visible()
        assert [one["type"] for one in letters] == ["test"]
        expect(item).to_contain_text("last sent")

    item.get_by_role("button", name="More for Night watch").click()
    page.get_by_role("menuitem", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Change Night watch")
    dialog.get_by_label("From level").select_option("Critical")
    dialog.get_by_label("Switched on").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(item).to_contain_text("from level Critical")
    expect(item).to_contain_text("off")
    kept = channels(appliance)[0]
    assert (kept["min_level"], kept["enabled"]) == ("critical", False)
    assert kept["webhook"] == {"url": address, "secret": {"secret": "hooks/night-watch"}}

    item.get_by_role("button", name="More for Night watch").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Alerts are shown here only.")).to_be_visible()
    until(lambda: channels(appliance) == [])


def store(page, name, value):
    dialog = page.get_by_role("dialog", name="Store a secret")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Kind").select_option("Password")
    dialog.get_by_label("Value").fill(value)
    dialog.get_by_role("button", name="Store a secret").click()
    expect(dialog).to_have_count(0)


def test_what_the_api_refuses_of_a_channel_stands_at_its_field(tab, appliance):
    tab.allow(RESOURCE.format(422))
    page = tab.go("/alerts")
    page.get_by_role("button", name="Add a channel").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Mail")
    dialog.get_by_label("Mail server").fill("no such host!")
    dialog.get_by_role("textbox", name="From", exact=True).fill("calypso@example.org")
    to = dialog.get_by_role("textbox", name="To", exact=True)
    to.fill("a@example.org\nb at example")

    dialog.get_by_role("button", name="Add a channel").click()

    for field in (dialog.get_by_label("Mail server"), to):
        expect(field).to_have_attribute("aria-invalid", "true")
    assert channels(appliance) == []


def test_a_viewer_sees_where_alerts_go_and_changes_nothing(opened, appliance):
    page = opened("viewer").go("/alerts")

    expect(page.get_by_role("heading", name="Where alerts go")).to_be_visible()
    expect(page.get_by_role("button", name="Add a channel")).to_have_count(0)
