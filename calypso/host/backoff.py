"""How long to wait before a program that ended by itself is started again."""

from dataclasses import dataclass

FIRST_S, LONGEST_S = 1.0, 30.0
HEALTHY_S = 60.0  # who ran this long starts anew with the first pause


@dataclass(frozen=True)
class Backoff:
    """How long to wait before the next start."""

    pause_s: float = FIRST_S

    def after(self, up_s: float) -> "Backoff":
        """Return the next one, for a program that ran this long."""
        if up_s >= HEALTHY_S:
            return Backoff(FIRST_S * 2)
        return Backoff(min(self.pause_s * 2, LONGEST_S))

    def pause_after(self, up_s: float) -> float:
        """Return the pause due now, for a program that ran this long."""
        return FIRST_S if up_s >= HEALTHY_S else self.pause_s
