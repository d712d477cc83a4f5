"""From what a run function reports to what people read: percent, rate, ETA. Pure."""

import time
from collections import deque
from collections.abc import Callable

from calypso.models.clock import now
from calypso.models.job import Progress

WINDOW_S = 30.0  # the rate is that of the last half minute
LEAST_SPAN_S = 1.0  # over less than this a rate is noise
SAMPLE_S = 0.1  # what is remembered of reports that come faster


class Meter:
    """Remembers what was reported and derives the rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()
        self._done = 0
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        """How far the job is, as last reported."""
        return self._progress

    def report(
        self,
        *,
        done: int | None = None,
        total: int | None = None,
        unit: str | None = None,
        percent: float | None = None,
        phase: str | None = None,
        message: str | None = None,
    ) -> Progress:
        """Take a report; what it does not mention stays, but a new phase starts from nothing."""
        before = self._progress
        if phase is not None and phase != before.phase:
            before = Progress(phase=phase)
            self._seen.clear()
        done = before.done if done is None else done
        total = before.total if total is None else total
        rate = self._rate(done)
        reported = Progress(
            percent=_percent(done, total) if percent is None else _bounded(percent),
            phase=before.phase,
            message=before.message if message is None else message,
            done=done,
            total=total,
            unit=before.unit if unit is None else unit,
            rate=rate,
            eta_s=_eta_s(done, total, rate),
            updated_at=self._progress.updated_at,
        )
        if reported.updated_at is None or _place(reported) != _place(self._progress):
            reported = reported.model_copy(update={"updated_at": now()})
        self._progress = reported
        return self._progress

    def _rate(self, done: int | None) -> float | None:
        if done is None:
            return None
        instant = self._clock()
        if done < self._done:
            self._seen.clear()  # it began anew
        self._done = done
        if not self._seen or instant - self._seen[-1][0] >= SAMPLE_S:
            self._seen.append((instant, done))
        while len(self._seen) > 2 and instant - self._seen[0][0] > WINDOW_S:  # noqa: PLR2004 - a rate needs two
            self._seen.popleft()
        span_s = instant - self._seen[0][0]
        return (done - self._seen[0][1]) / span_s if span_s >= LEAST_SPAN_S else None


def _place(progress: Progress) -> tuple[object, ...]:
    """Return what changes when a job moves; who says the same again has not moved."""
    return (progress.percent, progress.phase, progress.message, progress.done, progress.total)


def _percent(done: int | None, total: int | None) -> float | None:
    return None if done is None or not total else _bounded(100.0 * done / total)


def _bounded(percent: float) -> float:
    return round(min(100.0, max(0.0, percent)), 2)


def _eta_s(done: int | None, total: int | None, rate: float | None) -> int | None:
    if done is None or not total or not rate or rate <= 0 or done > total:
        return None
    return int((total - done) / rate)
