"""How long a run takes, judged by past runs of the same kind. Pure; never a promise."""

from collections.abc import Sequence

from calypso.models.job import Estimate, Job, State

LEAST_RUNS = 3  # fewer say nothing about the next
MOST_RUNS = 20  # older ones tell of a smaller pool
Kind = tuple[str, str, str]  # type, node, title: a title is what the job does, and to what


def kind_of(job: Job) -> Kind:
    """Return what past runs must share with this job to tell anything about it."""
    return (job.type, job.node, job.title)


def is_wanted(job: Job) -> bool:
    """Tell whether a job runs and says nothing by which its end can be foreseen."""
    silent = job.progress.percent is None and job.progress.eta_s is None
    return job.state is State.RUNNING and silent and job.started_at is not None


def estimate(job: Job, run_times_s: Sequence[float]) -> Estimate | None:
    """Return what past runs of its kind foretell of a running job; None when there are too few.

    The time left counts from the last heartbeat, so that it changes with the job and not with
    the clock of whoever looks.
    """
    if not is_wanted(job) or len(run_times_s) < LEAST_RUNS:
        return None
    ordered = sorted(run_times_s[:MOST_RUNS])
    p50_s, p90_s = _percentile(ordered, 0.5), _percentile(ordered, 0.9)
    spent_s = _spent_s(job)
    return Estimate(
        p50_s=round(p50_s, 1),
        p90_s=round(p90_s, 1),
        runs=len(ordered),
        eta_s_p50=_left_s(p50_s, spent_s),
        eta_s_p90=_left_s(p90_s, spent_s),
    )


def _spent_s(job: Job) -> float:
    if job.started_at is None or job.heartbeat_at is None:
        return 0.0
    return max(0.0, (job.heartbeat_at - job.started_at).total_seconds())


def _left_s(whole_s: float, spent_s: float) -> int | None:
    """Return what is left of it; None when more than the whole is spent: nobody knows then."""
    return int(whole_s - spent_s) if spent_s <= whole_s else None


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share lies, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
