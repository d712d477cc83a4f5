"""A hundred thousand jobs behind the list: it stays as light as with fifty."""

import re

import pytest
from playwright.sync_api import expect

from tests.acceptance.running_up import rows
from tests.browser.conftest import started

JOBS = 100_000
EVERY_MIN = 5  # one every five minutes: most of a year
HOT = 1900  # those of the last week lie with what is under way, the others in the history
MONTHS = (
    "SELECT calypso.make_month(now() - make_interval(months => m)) FROM generate_series(0, 12) m"
)
# Ids as those of UUIDv7: their order is that of creation.
FILL = f"""
INSERT INTO calypso.{{table}} (id, type, subsystem, node, queue, title, requested_by, source_kind,
    cancel_class, control, state, attempt, max_attempts, losses, epoch,
    created_at, queued_at, started_at, finished_at{{names}})
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008'
        || lpad(to_hex({JOBS} - n), 15, '0'))::uuid,
    'storage.snapshot_create', 'storage', 'keep', 'storage@keep', 'Snapshot tank/' || n, 'ada',
    'user', 'anytime', false,
    (CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'succeeded' END)::calypso.job_state, 1, 1, 0, 1,
    at, at, at, at + interval '1 min'{{values}}
FROM (SELECT n, now() - n * interval '{EVERY_MIN} min' AS at
        FROM generate_series({{first}}, {{last}}) n) AS made"""
RETIRED = {
    "names": ", seq, priority, params, locks, warnings",
    "values": ", n, 0, '{}', '[]', '[]'",
}
MOST_ROWS = 60  # in the document: those in sight, and a few above and below
MOST_HEAP_GROWTH_BYTES = 20 << 20  # of which the jobs that were loaded are a small part
LOADED = 1000  # jobs scrolled through, twenty pages
PAGE = 50
FIRST = "Snapshot tank/1storage."  # the newest, with its type


@pytest.fixture(scope="module")
def full():
    """An appliance that has worked for most of a year."""
    with started() as appliance:
        rows(appliance.running, MONTHS)
        hot = FILL.format(table="jobs", names="", values="", first=1, last=HOT)
        rows(appliance.running, hot)
        rows(
            appliance.running,
            FILL.format(table="jobs_history", first=HOT + 1, last=JOBS, **RETIRED),
        )
        rows(appliance.running, "ANALYZE calypso.jobs; ANALYZE calypso.jobs_history")
        yield appliance


class Requests:
    """The lists of jobs a page asks for."""

    def __init__(self, page):
        self.urls = []
        page.on("request", self._heard)

    def _heard(self, request):
        if re.search(r"/api/v1/jobs\?", request.url) and "state=" not in request.url:
            self.urls.append(request.url)


@pytest.mark.timeout(300)
def test_a_list_of_100_000_jobs_is_scrolled_page_by_page_and_stays_light(opened, full):
    page = opened(at=full).go("/jobs")
    table = page.get_by_role("table", name="Jobs")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Snapshot tank/")
    before_bytes = heap_bytes(page)
    asked = Requests(page)

    while (count := loaded(table)) < LOADED:
        table.evaluate("(table) => table.scrollTo(0, table.scrollHeight)")
        expect(table).not_to_have_attribute("aria-rowcount", str(count + 1))
        assert table.get_by_role("row").count() <= MOST_ROWS

    assert len(asked.urls) == len(set(asked.urls)), "a page was asked for twice"
    assert len(asked.urls) <= LOADED / PAGE + 1
    assert heap_bytes(page) - before_bytes < MOST_HEAP_GROWTH_BYTES
    expect(table.get_by_role("row").last).to_contain_text("Snapshot tank/")
    table.evaluate("(table) => table.scrollTo(0, 0)")
    expect(table.get_by_role("row").nth(1)).to_contain_text(FIRST)


@pytest.mark.timeout(300)
def test_a_list_of_100_000_jobs_is_filtered_searched_and_turned_around(opened, full):
    page = opened(at=full).go("/jobs")
    first = page.get_by_role("table", name="Jobs").get_by_role("row").nth(1)

    page.get_by_role("button", name="Failed", exact=True).click()
    expect(first).to_contain_text("Snapshot tank/1000")
    expect(page.get_by_role("row").nth(2)).to_contain_text("Snapshot tank/2000")

    page.get_by_role("button", name="Clear filters").click()
    expect(first).to_contain_text(FIRST)
    page.get_by_role("combobox", name="Order").select_option("Oldest first")
    expect(first).to_contain_text(f"Snapshot tank/{JOBS}")
    page.get_by_role("combobox", name="Order").select_option("Last ended first")
    expect(first).to_contain_text(FIRST)

    page.get_by_role("searchbox", name="Search in titles").fill("tank/12345")
    expect(first).to_contain_text("Snapshot tank/12345")
    expect(page.get_by_role("row")).to_have_count(2)
    first.get_by_role("link").click()
    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded")


def loaded(table):
    return int(table.get_attribute("aria-rowcount")) - 1


def heap_bytes(page):
    """What the page's objects take, once what nobody needs is gone."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used
