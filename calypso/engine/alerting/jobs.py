"""Jobs that failed or were lost: one alert for a series, cleared when the same work succeeds."""

from calypso.models.alert import Change, Clearing, Level, NewAlert, Outcome

VERBS = {"failed": "failed", "lost": "was lost"}


def change_of(outcome: Outcome) -> Change:
    """Return what the end of a job means for alerts."""
    key = f"job/{outcome.type}/{outcome.title}"
    if outcome.ended == "succeeded":
        return Clearing(key)
    reason = outcome.error or "It gave no reason."
    return NewAlert(
        key=key,
        kind=f"job_{outcome.ended}",
        level=Level.ERROR,
        subject=outcome.title or outcome.type,
        title=f"{outcome.title or outcome.type} {VERBS[outcome.ended]}",
        detail=f"{reason} Job {outcome.job_id} of {outcome.type} on {outcome.node}: read its log, "
        "mend the cause, run it again. The alert clears when the same work succeeds.",
        node=outcome.node,
        subsystem=outcome.subsystem,
        job_id=outcome.job_id,
    )
