"""How jobs look at a terminal: words for progress and waiting, tables, a live bar. Mostly pure."""

import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

Json = Mapping[str, Any]
PLAIN_EVERY_S = 5.0  # where no bar can be drawn
COLOURS = {
    "waiting": "yellow", "queued": "yellow", "running": "cyan",
    "succeeded": "green", "failed": "red", "cancelled": "magenta", "lost": "red",
}  # fmt: skip
MOST_TOLD_LINES = 6  # of what a product said; `job show` has all
PIPE_COLUMNS = 160  # rich takes 80 where nobody sees it
console = Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS)


def amount(value: float | None, unit: str | None) -> str:
    """Return an amount as people read it: `1.2 GB`, `3 steps`."""
    if value is None:
        return "?"
    return decimal(int(value)) if unit == "bytes" else f"{value:g}{f' {unit}' if unit else ''}"


def span(seconds: float) -> str:
    """Return a span of time: `0:04:10`."""
    minutes, left = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{left:02}"


def progress_line(progress: Json) -> str:
    """Return how far a job is; nothing is said that is not known."""
    parts = []
    if progress.get("percent") is not None:
        parts.append(f"{progress['percent']:.0f} %")
    unit = progress.get("unit")
    if progress.get("done") is not None:
        total = f" of {amount(progress['total'], unit)}" if progress.get("total") else ""
        parts.append(f"{amount(progress['done'], unit)}{total}")
    if progress.get("rate"):
        parts.append(f"{amount(progress['rate'], unit)}/s")
    if progress.get("eta_s") is not None:
        parts.append(f"{span(progress['eta_s'])} left")
    if progress.get("message"):
        parts.append(str(progress["message"]))
    return " · ".join(parts)


def wait_line(wait: Json) -> str:
    """Return why a job waits, on what, and who is in the way."""
    parts = [f"waits ({wait['reason']})"]
    if wait.get("resource"):
        parts.append(f"for {wait['resource']}")
    if wait.get("holder_job"):
        parts.append(f"held by job {wait['holder_job']}")
    if left := holder_left(wait.get("holder")):
        parts.append(left)
    if wait.get("position"):
        parts.append(f"place {wait['position']} in line")
    return ", ".join(parts)


def estimate_line(estimate: Json | None) -> str:
    """Return how long such runs took, marked as the guess it is."""
    if not estimate:
        return ""
    left = estimate["eta_s_p50"]
    return f"about {span(left)} left" if left is not None else "longer than usual"


def holder_left(holder: Json | None) -> str:
    """Return for how long the job in the way still holds things up; empty when nobody knows."""
    if not holder or holder.get("eta_s") is None:
        return ""
    about = "about " if holder["eta_source"] == "history" else ""
    return f"{about}{span(holder['eta_s'])} left"


def slot_line(slot: Json) -> str:
    """Return why a queued job has not started."""
    reasons = {
        "no_worker": "queued, and nobody serves its queue",
        "silent": "queued, and its workers have not been heard of",
        "draining": "queued, and its workers take nothing new",
        "busy": "queued, every slot is taken",
        "free": "queued, about to start",
    }
    place = f", place {slot['position']} in line" if slot["reason"] != "free" else ""
    return reasons[slot["reason"]] + place


def state_line(job: Json) -> str:
    """Return what is so about a job now, in one line."""
    if job.get("wait"):
        return wait_line(job["wait"])
    if job.get("slot"):
        return slot_line(job["slot"])
    if job["state"] == "running":
        ending = ", asked to stop" if job.get("cancel_requested_at") else ""
        phase = job["progress"].get("phase") or "running"
        parts = (phase + ending, progress_line(job["progress"]), estimate_line(job.get("estimate")))
        return " · ".join(part for part in parts if part)
    if job.get("error"):
        return f"{job['state']}: {job['error']['detail']}"
    return str(job["state"])


def verdict(job: Json) -> str:
    """Return how a job ended, with its result or reason, for a person; rich markup."""
    colour = COLOURS[job["state"]]
    lines = [f"[{colour}]{job['state']}[/] {escape(job['title'])} ({_took(job)})"]
    if job.get("error"):
        lines.append(f"  {escape(job['error']['detail'])}")
        told = (job["error"].get("original") or "").strip().splitlines()
        lines += [f"    {escape(one)}" for one in told[-MOST_TOLD_LINES:]]
    for name, value in (job.get("result") or {}).items():
        said = amount(value, "bytes") if name == "bytes" or name.endswith("_bytes") else str(value)
        lines.append(f"  {name}: {escape(said)}")
    lines += [f"  [yellow]warning:[/] {escape(one['message'])}" for one in job["warnings"]]
    return "\n".join(lines)


def job_table(jobs: Iterable[Json]) -> Table:
    """Return a list of jobs."""
    table = Table(box=None, pad_edge=False)
    for title in ("Job", "State", "What", "By", "Created", "Now"):
        table.add_column(title, overflow="fold", no_wrap=title in ("Job", "State"))
    for job in jobs:
        state = f"[{COLOURS[job['state']]}]{job['state']}[/]"
        now = "" if job["state"] == "succeeded" else state_line(job)
        table.add_row(
            job["id"], state, escape(job["title"]), escape(job["requested_by"]),
            local(job["created_at"]), escape(now),
        )  # fmt: skip
    return table


def local(instant: str | None) -> str:
    """Return an instant in this machine's time zone, to the second."""
    if instant is None:
        return ""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")


class Bar:
    """A live line about one job: a bar on a terminal, plain lines elsewhere. On stderr."""

    def __init__(self, *, say_every_s: float = PLAIN_EVERY_S) -> None:
        self._console = Console(stderr=True)
        self._say_every_s = say_every_s
        self._said, self._said_at = "", 0.0
        self._progress = Progress(
            TextColumn("{task.fields[phase]}"), BarColumn(), TextColumn("{task.description}"),
            console=self._console, transient=True, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task: TaskID = self._progress.add_task("", total=None, phase="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, job: Json) -> None:
        """Show a job as it is now."""
        if not self._console.is_terminal:
            self._say(job)
            return
        progress = job["progress"]
        running = job["state"] == "running"
        self._progress.update(
            self._task,
            phase=(progress.get("phase") or job["state"]) if running else job["state"],
            description=escape(progress_line(progress) if running else state_line(job)),
            total=100.0 if progress.get("percent") is not None else None,
            completed=progress.get("percent") or 0.0,
        )

    def _say(self, job: Json) -> None:
        line = state_line(job)
        moved = job["state"] != self._said
        if moved or time.monotonic() - self._said_at >= self._say_every_s:
            self._said, self._said_at = job["state"], time.monotonic()
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


def _took(job: Json) -> str:
    if not (job.get("started_at") and job.get("finished_at")):
        return "never started"
    began, ended = (datetime.fromisoformat(job[name]) for name in ("started_at", "finished_at"))
    seconds = (ended - began).total_seconds()
    return span(seconds) if seconds >= 60 else f"{seconds:.1f} s"  # noqa: PLR2004 - a minute
