"""What was measured, at each size, and what follows for sizes nobody measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from time import perf_counter

from bench.findings import percentile


@dataclass(frozen=True)
class Sample:
    """One thing at one size: how long each time took, what it read, what the peer took."""

    seconds: Sequence[float]
    buffers: float | None = None  # of 8 KiB, for each time
    peer: Sequence[float] = ()
    note: str = ""

    @property
    def median(self) -> float:
        """Seconds that half of the times did not exceed."""
        return median(self.seconds)

    @property
    def p95(self) -> float:
        """Seconds that nineteen of twenty times did not exceed."""
        return percentile(self.seconds, 0.95)

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's, medians; None without a peer."""
        return self.median / median(self.peer) if self.peer else None


@dataclass(frozen=True)
class Line:
    """A straight line through what was measured."""

    at_zero: float
    slope: float

    def at(self, place: float) -> float:
        """Return the value there."""
        return self.at_zero + self.slope * place


@dataclass
class Growth:
    """Numbers of one kind by size: what was measured, and the line through it."""

    what: str
    unit: str
    points: dict[int, float] = field(default_factory=dict)

    @property
    def line(self) -> Line:
        """The line of least squares; flat through a single point."""
        return fit(self.points)

    def beyond(self, place: int) -> float:
        """Return what the line says of a larger size; never less than was measured."""
        return max(self.line.at(place), *self.points.values())


def fit(points: Mapping[int, float]) -> Line:
    """Return the line of least squares through points; flat through one."""
    if len(points) == 1:
        return Line(next(iter(points.values())), 0.0)
    x, y = fmean(points), fmean(points.values())
    slope = sum((one - x) * (value - y) for one, value in points.items()) / sum(
        (one - x) ** 2 for one in points
    )
    return Line(y - slope * x, slope)


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds something took."""
    began = perf_counter()
    act()
    return perf_counter() - began


def short(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def span(seconds: float) -> str:
    """Return a time as people read it."""
    if seconds >= 5400:  # noqa: PLR2004 - an hour and a half
        return f"{short(seconds / 3600)} h"
    if seconds >= 120:  # noqa: PLR2004 - two minutes
        return f"{short(seconds / 60)} min"
    if seconds >= 1:
        return f"{short(seconds)} s"
    return f"{short(seconds * 1000)} ms"


def size(amount: float) -> str:
    """Return bytes as people read them."""
    for unit, above in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if amount >= above:
            return f"{short(amount / above)} {unit}"
    return f"{short(amount / 1000)} kB"
