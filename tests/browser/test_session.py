"""Signing in, staying in, losing the server and getting it back."""

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from tests.acceptance.running_up import status, until
from tests.browser.conftest import started

REFRESH = "/api/v1/auth/refresh"


def sign_in(page, name, password):
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page):
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_person_signs_in_and_out(opened, appliance):
    tab = opened(None)
    page = tab.go("/jobs")  # where they wanted to go is where they come out

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    tab.sound()
    tab.picture("sign-in")
    sign_in(page, "admin", appliance.password_of("admin"))
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()

    sign_out(page)
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("path", ["/jobs", "/storage", "/tape"])
def test_nothing_is_asked_after_signing_out(opened, appliance, path):
    tab = opened(None)
    page = tab.go(path)

    for _ in range(4):
        sign_in(page, "admin", appliance.password_of("admin"))
        sign_out(page)  # while the page still asks; a refusal would stand in its console


def test_a_session_outlives_its_access_token_and_not_its_sign_out(opened, appliance):
    tab = opened(None)
    tab.allow("401")
    page = tab.go("/jobs")
    sign_in(page, "admin", appliance.password_of("admin"))
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()

    page.context.clear_cookies(name="calypso_access")
    page.reload()
    expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()

    kept = page.context.cookies(f"{appliance.url}{REFRESH}")
    page.context.clear_cookies(name="calypso_access")
    sign_out(page)
    page.context.add_cookies(kept)
    csrf = next(one["value"] for one in kept if one["name"] == "calypso_csrf_refresh")
    assert page.request.post(REFRESH, headers={"X-CSRF-TOKEN": csrf}).status == 401


def test_a_wrong_password_is_said_and_tells_nothing_more(opened):
    tab = opened(None)
    tab.allow("401")
    page = tab.go("/")

    sign_in(page, "admin", "not this one")

    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")


def test_a_viewer_sees_no_button_that_would_fail(opened, appliance):
    job = appliance.run("system.noop", seconds=0)
    page = opened("viewer").go("/jobs")
    expect(page.get_by_role("table", name=re.compile("Jobs"))).to_be_visible()
    expect(page.get_by_role("link", name="Start a job")).to_have_count(0)

    page.goto(f"/jobs/{job['id']}")
    expect(page.get_by_role("heading", name=job["title"])).to_be_visible()

    expect(page.get_by_role("button", name="Run again")).to_have_count(0)
    page.goto("/accounts")
    expect(page.get_by_role("heading", name="Your tokens for programs")).to_be_visible()
    expect(page.get_by_role("heading", name="People")).to_have_count(0)


@pytest.mark.timeout(240)  # an appliance of its own comes and goes
def test_an_open_tab_outlives_a_restart_of_the_server(opened):
    with started() as appliance:
        tab = opened(None, at=appliance)
        for part in ("ERR_", "502", "503", "Failed to load resource"):
            tab.allow(part)
        page = tab.go("/jobs")
        sign_in(page, "admin", appliance.password_of("admin"))
        expect(page.get_by_role("heading", name="Jobs", level=1)).to_be_visible()

        gunicorn = appliance.running.child("api")
        os.kill(gunicorn, signal.SIGKILL)
        until(lambda: appliance.running.child("api") not in {None, gunicorn})
        until(lambda: status(f"{appliance.url}/api/v1/healthz") == 200)

        appliance.post("/jobs", type="system.noop", params={"seconds": 0})
        expect(page.get_by_role("row").nth(1)).to_contain_text("Succeeded")


def test_a_device_without_a_network_is_told_that_what_it_sees_may_be_old(tab, appliance):
    page = tab.go("/jobs")
    tab.allow("ERR_INTERNET_DISCONNECTED")

    page.context.set_offline(True)
    expect(page.get_by_text("This device is offline.")).to_be_visible()

    page.context.set_offline(False)
    expect(page.get_by_text("This device is offline.")).to_have_count(0)
    expect(page.get_by_text("No connection to the appliance")).to_have_count(0)
