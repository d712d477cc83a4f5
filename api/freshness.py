"""The freshest look at a job: its row, and over it the progress Redis heard since."""

from datetime import datetime

from flask import request
from pydantic import ValidationError
from werkzeug.http import quote_etag

from calypso.engine.ports import Live
from calypso.models.job import Job, Progress, State


def fresh(live: Live, job: Job) -> Job:
    """Return the job with newer progress if there is some; its version then differs."""
    if job.state is not State.RUNNING or (told := live.latest(job.id)) is None:
        return job
    try:
        progress = Progress.model_validate(told)
    except ValidationError:
        return job  # Redis is never believed
    if not _is_newer(progress.updated_at, job.progress.updated_at or job.started_at):
        return job
    if progress.percent is None and progress.eta_s is None:
        return job.but(progress=progress)
    return job.but(progress=progress, estimate=None)  # it tells by itself now


def etag_of(job: Job) -> str:
    """Return the ETag of a job, quoted."""
    return quote_etag(job.version)


def is_known(job: Job) -> bool:
    """Tell whether the caller has said that they know this version already."""
    return request.if_none_match.contains_weak(job.version)


def _is_newer(told: datetime | None, known: datetime | None) -> bool:
    return told is not None and told.tzinfo is not None and (known is None or told > known)
