"""What every route that starts a job reads and answers."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from api.freshness import etag_of
from calypso.engine.submit import Submission
from calypso.errors import FieldError, Invalid
from calypso.models.job import Job

KEY_LENGTH = 255


def submitted(done: Submission) -> Any:
    """Return the answer to a job that was started, or had been by the same request."""
    headers = {"Location": f"/api/v1/jobs/{done.job.id}", "ETag": etag_of(done.job)}
    if done.replayed:
        headers["Idempotency-Replayed"] = "true"
    return shown(done.job, 202, headers)


def shown(job: Job, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a job as an answer; its text is the one its version was made of."""
    return Response(job.text, status, headers, mimetype="application/json")


def idempotency_key() -> str | None:
    """Return the caller's Idempotency-Key; Invalid for one that cannot be kept."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
        message = f"1 to {KEY_LENGTH} printable ASCII characters"
        wrong = FieldError("/headers/Idempotency-Key", "key", message)
        raise Invalid("The Idempotency-Key cannot be used.", [wrong])
    return key
