"""Everything about one job, name by name; why it waits, in sentences. Pure."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from calypso.cli.shown import Json, local, progress_line, span, state_line

SLOTS = {
    "no_worker": "Nobody serves its queue: start a worker on its node.",
    "silent": "The workers of its queue have not been heard of for a while.",
    "draining": "The workers of its queue are about to end and take nothing new.",
    "busy": "Every slot of its queue is taken.",
    "free": "A worker is about to take it.",
}
WAITS = {
    "lock": "Another job holds what it needs",
    "run_at": "It was asked not to start yet",
    "backoff": "It failed for a passing reason and is tried again",
    "after": "It comes after other jobs",
    "approval": "Somebody must approve it",
}


def facts(job: Json) -> Table:
    """Return everything about one job, name by name."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in job.items():
        if value not in (None, [], {}, False):
            table.add_row(name, escape(_fact(name, value, job)))
    return table


def _fact(name: str, value: Any, job: Json) -> str:
    told = {"wait": wait_sentences, "slot": slot_sentences, "estimate": estimate_sentences}
    if name in told:
        return "\n".join(told[name](value))
    if name == "progress":
        return state_line(job) if job["state"] == "running" else progress_line(value)
    if name.endswith("_at"):
        return local(value)
    if name == "locks":
        return "\n".join(f"{one['mode']} {one['path']}" for one in value)
    if isinstance(value, dict):
        return "\n".join(f"{key}: {inner}" for key, inner in value.items() if inner is not None)
    return str(value)


def wait_sentences(wait: Json) -> Iterator[str]:
    """Yield why a job waits, who is in the way and how far that one is."""
    resource = f": {wait['resource']}" if wait["reason"] == "lock" else ""
    yield f"{WAITS[wait['reason']]}{resource}."
    if wait.get("until"):
        yield f"It goes on at {local(wait['until'])}."
    needs = wait.get("needs") or []
    holders = needs or [wait["holder"]] if needs or wait.get("holder") else []
    for one in holders:
        yield holder_sentence(one)
    if wait.get("holder_job") and not holders:
        yield f"In the way: job {wait['holder_job']}."
    if wait.get("position"):
        since = local(wait["since"])
        yield f"Its place in line is {wait['position']}; it has waited since {since}."


def holder_sentence(holder: Json) -> str:
    """Return what a job in the way is, how far, and for how long yet."""
    said = f"{holder['title']} (job {holder['job']}) is {holder['state']}"
    if how_far := progress_line({**holder["progress"], "eta_s": None}):
        said += f", {how_far}"
    if holder.get("eta_s") is None:
        return f"{said}."
    left = span(holder["eta_s"])
    if holder["eta_source"] == "history":
        return f"{said}; about {left} left, to judge by its past runs."
    return f"{said}; {left} left."


def slot_sentences(slot: Json) -> Iterator[str]:
    """Yield why a queued job has not started, and what runs in its place."""
    yield SLOTS[slot["reason"]]
    for one in slot["busy"]:
        yield holder_sentence(one)
    yield f"Its place in line is {slot['position']}."


def estimate_sentences(estimate: Json) -> Iterator[str]:
    """Yield how long such runs took."""
    half, most = span(estimate["p50_s"]), span(estimate["p90_s"])
    yield (
        f"An estimate: of the last {estimate['runs']} such runs half took up to {half}, "
        f"nine of ten up to {most}."
    )
    if estimate["eta_s_p50"] is None:
        yield "This one has taken longer than half of them."
