"""Every type of job there is: its form is found, filled in as its schema suggests, and sent."""

import re
from contextlib import contextmanager, suppress

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started
from tests.browser.filling import Suggestions, fill
from tests.browser.looking import RESOURCE
from tests.browser.test_submit import form_of

# Folders in place of disks and tapes: whatever is sent here, nothing of the machine is touched.
FOLDERS = {"CALYPSO_STORAGE_PRODUCT": "directory", "CALYPSO_TAPE_PRODUCT": "filelib"}
REFUSALS = ("404", "409", "422", "503")
START = {True: "See what it would destroy", False: "Start the job"}
SOUND = {"storage.pool_create", "storage.replication_run", "backup.config_apply", "backup.restore"}
STALE = "plan-stale"
MOST_REFUSED = 25  # beside those of backup, which nobody serves here: what is not, or not any more


@pytest.fixture
def folders():
    """An appliance that may lose all it has."""
    with started(env=FOLDERS) as appliance:
        appliance.run("storage.snapshot_create", dataset=appliance.dataset("home"), name="one")
        yield appliance
        stop_all(appliance)


@pytest.mark.timeout(400)  # about a hundred forms, and what they start
def test_every_type_of_job_is_started_from_its_form_or_refused_in_words(folders, opened):
    tab = opened(at=folders)
    for status in REFUSALS:
        tab.allow(RESOURCE.format(status))
    suggestions = Suggestions(folders)
    page = tab.go("/jobs/new")
    refused = {}
    for job_type in folders.get("/job-types"):
        with of(job_type["name"]):
            form = open_form(page, job_type)
            if job_type["name"] in SOUND:
                tab.sound()
                tab.picture(f"submit-{job_type['name']}")
            schema = job_type["params_schema"]
            for where, value in suggestions.needed(schema, schema.get("$defs", {})):
                fill(form, where, value)
            answer = sent(page, form, job_type)
            if not answer.ok:
                refused[job_type["name"]] = answer.json()["detail"]
            assert not tab.complaints
    others = {name: why for name, why in refused.items() if not name.startswith("backup.")}
    assert len(others) <= MOST_REFUSED, others


@contextmanager
def of(name):
    """Whatever goes wrong within says at which type."""
    try:
        yield
    except Exception as wrong:
        wrong.add_note(f"at {name}")
        raise


def open_form(page, job_type):
    """Go to a type's form as a person does, without loading the page anew."""
    page.get_by_role("banner").get_by_role("link", name="Start a job").click()
    page.get_by_role("searchbox", name="Search by title or name").fill(job_type["name"])
    page.get_by_role("link", name=f"{job_type['title']} {job_type['name']}").first.click()
    return form_of(page, job_type["title"])


def sent(page, form, job_type):
    """Send a form to its end: by its plan if it has one. Return the API's last answer, shown."""
    if job_type["plans"] and not job_type["destructive"]:
        look(page, form)
    answer = pressed(page, form.get_by_role("button", name=START[job_type["destructive"]]))
    if answer.ok and job_type["destructive"]:
        answer = confirmed(page)
    if answer.ok:
        expect(page.get_by_role("heading", level=1, name=answer.json()["title"])).to_be_visible()
    else:
        refusal_shown(page, answer.json())
    return answer


def look(page, form):
    """See what it would do, or why that cannot be said."""
    answer = pressed(page, form.get_by_role("button", name="Show what it would do"))
    if not answer.ok:
        return refusal_shown(page, answer.json())
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Locks it takes")
    return closed(page, dialog)


def confirmed(page):
    """Type the name of what would be destroyed, and go on."""
    dialog = page.get_by_role("dialog")
    label = dialog.get_by_text(re.compile("^Type .* to go on$"))
    name = re.fullmatch("Type (.*) to go on", label.inner_text())[1]
    dialog.get_by_role("textbox").fill(name)
    return pressed(page, dialog.get_by_role("button", name=f"Destroy: {name}"))


def pressed(page, button):
    """Press a button that sends, and return the answer."""
    with page.expect_response(is_of_jobs) as answer:
        button.click()
    return answer.value


def is_of_jobs(answer):
    path = answer.url.rpartition("/api/v1/")[2]
    return answer.request.method == "POST" and path in {"jobs", "plans"}


def refusal_shown(page, problem):
    """The API's own words stand at a field, or in a message; or a fresh plan asks once more."""
    sentences = [one["message"] for one in problem.get("errors") or ()] or [problem["detail"]]
    if problem["code"] == STALE:
        sentences = ["The world has moved since you looked"]
    for sentence in sentences:
        expect(page.get_by_text(sentence).first).to_be_visible()
    dialog = page.get_by_role("dialog")
    if dialog.count():
        closed(page, dialog)


def closed(page, dialog):
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def stop_all(appliance):
    """Cancel what has not ended."""
    for state in ("waiting", "queued", "running"):
        for job in appliance.get("/jobs", state=state, limit=200)["items"]:
            with suppress(AssertionError, httpx.HTTPError):  # it has ended meanwhile
                appliance.post(f"/jobs/{job['id']}/cancel")
