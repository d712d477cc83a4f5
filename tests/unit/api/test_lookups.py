"""Tables that a worker reads when they are asked, over HTTP."""

import threading
import time

import pytest

from calypso.engine import lookup
from calypso.models.clock import now, uuid7
from calypso.models.inventory import Capability, SubsystemStatus
from calypso.models.jobtype import queue_name
from calypso.models.ledger import Ending
from tests.unit.api.conftest import PASSWORD

FILES = "/api/v1/inventory/backup/files"
CONTROL = queue_name("backup", "keep", control=True)
ASKED = {"client": "mail-fd", "fileset": "home"}


@pytest.fixture
def served(house):
    """A node that serves backups."""
    house.ports.inventory.report(
        SubsystemStatus(
            node="keep", subsystem="backup", observed_at=now(),
            capability=Capability(product="fake", available=True),
        )
    )  # fmt: skip
    return house


class Answerer:
    """A worker that answers each look-up as `answer` says, until it is told to end."""

    def __init__(self, house, answer):
        self._ports, self._answer, self.asked = house.ports, answer, []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        me = uuid7()
        while not self._ended.is_set():
            job = self._ports.jobs.claim(CONTROL, "keep", me, lease_s=60)
            if job is None:
                time.sleep(0.01)
                continue
            self.asked.append(job.params)
            self._ports.jobs.begin(job.id, job.epoch)
            self._ports.jobs.finish(job.id, job.epoch, self._answer)

    def end(self):
        self._ended.set()
        self._thread.join()


@pytest.fixture
def answering(served):
    started = []

    def start(**ending):
        started.append(Answerer(served, Ending(**ending)))
        return started[-1]

    yield start
    for one in started:
        one.end()


def test_rows_come_from_the_worker_with_the_place_where_the_next_page_begins(client, answering):
    rows = [{"key": "/etc/", "name": "etc"}]
    worker = answering(outcome="succeeded", result={"rows": rows, "next_after": "/etc/"})

    told = client.get(FILES, query_string=ASKED | {"limit": 1, "cursor": "/bin/"}).get_json()

    assert told["items"] == [{"key": "/etc/", "name": "etc", "node": "keep"}]
    assert (told["next_cursor"], told["stale"]) == ("/etc/", False)
    (asked,) = worker.asked
    assert (asked["noun"], asked["limit"], asked["after"]) == ("files", 1, "/bin/")
    assert asked["asked"]["client"] == "mail-fd"


def test_a_refusal_of_the_product_keeps_its_words_and_its_code(client, answering):
    words = {"code": "backup_not_indexed", "title": "Not indexed", "detail": "Index it first."}
    answering(outcome="failed", error=words)

    refused = client.get(FILES, query_string=ASKED)

    assert refused.status_code == 409
    told = refused.get_json()
    assert (told["code"], told["detail"]) == ("backup_not_indexed", "Index it first.")


def test_a_worker_that_does_not_answer_is_an_answer_too_and_nothing_is_left_waiting(
    client, served, monkeypatch
):
    monkeypatch.setattr(lookup.look_up, "__kwdefaults__", {"timeout_s": 0.05})

    late = client.get(FILES, query_string=ASKED)

    assert (late.status_code, late.get_json()["code"]) == (503, "lookup_timed_out")
    assert served.ports.jobs.claim(CONTROL, "keep", uuid7(), lease_s=60) is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"client": "mail-fd"}, ""),
        (ASKED | {"folder": "/"}, "/folder"),
        (ASKED | {"before": "yesterday"}, "/before"),
        (ASKED | {"path": ["/a", "/b"]}, "/path"),
        (ASKED | {"cursor": "a\\b"}, "/cursor"),
        (ASKED | {"limit": 501}, "/limit"),
        (ASKED | {"node": "nowhere"}, "/node"),
    ],
)
def test_a_bad_question_is_refused_at_its_field_and_nobody_is_asked(client, served, query, pointer):
    refused = client.get(FILES, query_string=query)

    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.get_json()["errors"]] == [pointer]
    assert served.ports.jobs.claim(CONTROL, "keep", uuid7(), lease_s=60) is None


def test_who_may_not_read_backups_may_not_look_into_them(client_of, served):
    served.accounts.add_user("auditor", PASSWORD, ["auditor"])
    assert client_of("auditor").get(FILES, query_string=ASKED).status_code == 403


def test_they_are_listed_with_the_tables_and_need_no_refresh(client):
    listed = {one["name"]: one for one in client.get("/api/v1/inventory").get_json()["items"]}
    assert listed["backup/files"]["is_lookup"]
    assert not listed["backup/runs"]["is_lookup"]
    assert "path" in listed["backup/files"]["filters"]

    refreshed = client.post(f"{FILES}/refresh", json={})

    assert (refreshed.status_code, refreshed.get_json()["items"]) == (202, [])
