"""What was found, beside what was wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Goal:
    """A number to reach: at least it, or at most."""

    number: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.number:g}"

    def met(self, value: float) -> bool:
        """Tell whether a value reaches it."""
        return value >= self.number if self.at_least else value <= self.number

    def verdict(self, value: float) -> str:
        """Return `met`, or by how much it is missed."""
        if self.met(value):
            return "met"
        if not self.number:
            return f"missed by {value:.3g}"
        return f"missed by {abs(value - self.number) / self.number:.0%}"


@dataclass(frozen=True)
class Finding:
    """One number of a row. A ratio is one of two contestants in one round."""

    what: str
    values: Sequence[float]
    unit: str
    goal: Goal | None = None

    @property
    def value(self) -> float:
        """The median over the rounds."""
        return median(self.values)

    def line(self) -> str:
        """Return the finding as a line of a table."""
        spread = f"{_short(min(self.values))} – {_short(max(self.values))}"
        goal = "–" if self.goal is None else str(self.goal)
        verdict = "–" if self.goal is None else self.goal.verdict(self.value)
        return f"| {self.what} | {_short(self.value)} {self.unit} | {spread} | {goal} | {verdict} |"


@dataclass
class Row:
    """What one benchmark found: the numbers with a goal, and those they were made from."""

    title: str
    findings: list[Finding] = field(default_factory=list)
    beside: list[Finding] = field(default_factory=list)

    def add(
        self, what: str, values: Sequence[float], unit: str, *, goal: Goal | None = None
    ) -> None:
        """Add a number; one without a goal stands beside."""
        (self.beside if goal is None else self.findings).append(Finding(what, values, unit, goal))

    def add_ratio(
        self, what: str, ours: Sequence[float], theirs: Sequence[float], *, goal: Goal | None = None
    ) -> None:
        """Add ours divided by theirs, round by round."""
        self.add(what, [a / b for a, b in zip(ours, theirs, strict=True)], "×", goal=goal)


def at_least(number: float) -> Goal:
    """Return a goal that more reaches too."""
    return Goal(number, at_least=True)


def at_most(number: float) -> Goal:
    """Return a goal that less reaches too."""
    return Goal(number)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
