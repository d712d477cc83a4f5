"""How much is done: the real thing, or just enough to see that it works."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """How many rounds, and whether the numbers are tiny."""

    rounds: int = 5
    smoke: bool = False
    peers: Sequence[str] | None = None  # only these; all when None

    def size(self, real: int, tiny: int) -> int:
        """Return the number for a real run, or the tiny one."""
        return tiny if self.smoke else real

    def who(self, names: Sequence[str]) -> list[str]:
        """Return who takes part: ourselves, first, and the peers asked for."""
        ours, *others = names
        return [ours, *(one for one in others if self.peers is None or one in self.peers)]

    def turns(self, contestants: Sequence[T]) -> Iterator[T]:
        """Yield each contestant once a round, beginning with another one each time."""
        for number in range(self.rounds):
            first = number % len(contestants)
            yield from (*contestants[first:], *contestants[:first])


def in_turns(plan: Plan, contestants: dict[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Let each act once a round; its results in the order of rounds."""
    found: dict[str, list[T]] = {name: [] for name in contestants}
    for name in plan.turns(list(contestants)):
        found[name].append(contestants[name]())
    return found
