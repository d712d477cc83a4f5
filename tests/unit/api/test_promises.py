"""What integrators rely on may grow; nothing of it is taken away under /api/v1."""

import pytest

from api.openapi import of_this_release

ROUTES = {
    "/jobs": {"get", "post"},
    "/jobs/{job_id}": {"get"},
    "/jobs/{job_id}/cancel": {"post"},
    "/jobs/{job_id}/rerun": {"post"},
    "/jobs/{job_id}/log": {"get"},
    "/jobs/{job_id}/history": {"get"},
    "/job-types": {"get"},
    "/plans": {"post"},
    "/locks": {"get"},
    "/queues": {"get"},
    "/events": {"get"},
}
FIELDS = {
    "Job": {
        "id", "type", "subsystem", "node", "queue", "title", "state", "priority", "wait",
        "progress", "warnings", "error", "params", "result", "locks", "requested_by", "source",
        "parent_id", "attempt", "max_attempts", "cancellable", "cancel_requested_at",
        "cancel_requested_by", "external", "created_at", "queued_at", "started_at",
        "heartbeat_at", "finished_at",
    },
    "Progress": {
        "percent", "phase", "message", "done", "total", "unit", "rate", "eta_s", "updated_at",
    },
    "Wait": {"reason", "resource", "holder_job", "since", "position"},
    "JobRequest": {
        "type", "params", "node", "priority", "not_before", "after", "run_even_if_failed",
        "plan_hash",
    },
    "ProblemDetails": {"type", "title", "status", "detail", "code"},
}  # fmt: skip
STATES = {"waiting", "queued", "running", "succeeded", "failed", "cancelled", "lost"}


@pytest.fixture(scope="module")
def document():
    return of_this_release()


def test_no_route_is_taken_away(document):
    there = {path: set(verbs) for path, verbs in document["paths"].items()}
    for path, verbs in ROUTES.items():
        assert verbs <= there.get(f"/api/v1{path}", set()), path


def test_no_field_is_taken_away(document):
    for name, fields in FIELDS.items():
        assert fields <= set(document["components"]["schemas"][name]["properties"]), name


def test_no_field_becomes_one_that_must_be_sent(document):
    assert document["components"]["schemas"]["JobRequest"]["required"] == ["type"]


def test_a_job_is_in_no_state_that_integrators_have_not_heard_of(document):
    assert set(document["components"]["schemas"]["State"]["enum"]) == STATES
