"""A whole Calypso that somebody else runs, such as that of docker-compose.test.yml."""

import pytest

from calypso.config import KNOWN_SUBSYSTEMS
from tests.acceptance.api.conftest import Stream, until

pytestmark = pytest.mark.by_url
ENDED_WITHIN_S = 60


def test_every_part_of_it_is_ready(elsewhere):
    told = elsewhere.anybody().get("/readyz")
    assert told.status_code == 200, told.text
    assert {part["status"] for part in told.json()["parts"]} == {"ok"}


def test_each_subsystem_is_served_by_a_worker(elsewhere):
    told = elsewhere.client().get("/subsystems").json()["items"]
    assert {one["subsystem"] for one in told} >= set(KNOWN_SUBSYSTEMS)


def test_a_job_runs_to_its_end_and_is_heard_of_meanwhile(elsewhere):
    client = elsewhere.client()
    stream = Stream(client)
    job = client.post("/jobs", json={"type": "system.noop", "params": {"steps": 2}}).json()

    heard = stream.until(lambda one: (one.get("data") or {}).get("state") == "succeeded")
    stream.close()

    assert heard["data"]["id"] == job["id"]
    shown = client.get(f"/jobs/{job['id']}").json()
    assert (shown["state"], shown["result"]) == ("succeeded", {"steps": 2})


def test_a_job_that_runs_is_cancelled(elsewhere):
    client = elsewhere.client()
    long = {"type": "system.noop", "params": {"seconds": 600, "steps": 600}}
    job = client.post("/jobs", json=long).json()["id"]
    until(lambda: state(client, job) == "running", ENDED_WITHIN_S, "it runs")

    client.post(f"/jobs/{job}/cancel")

    until(lambda: state(client, job) == "cancelled", ENDED_WITHIN_S, "it is cancelled")


def state(client, job):
    return client.get(f"/jobs/{job}").json()["state"]
