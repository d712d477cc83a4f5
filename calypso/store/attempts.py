"""How often somebody tried to sign in: counted before the password is looked at.

Counting first bounds attempts that are made at the same time, too.
"""

import math
from dataclasses import dataclass

from calypso.store.asking import Asking

COUNT = """
INSERT INTO calypso.sign_in_attempts AS a (subject, attempts, until)
VALUES (%s, 1, now() + %s * interval '1 second')
ON CONFLICT (subject) DO UPDATE SET
  attempts = CASE WHEN a.until < now() THEN 1 ELSE least(a.attempts + 1, 1000000) END,
  until = CASE WHEN a.until < now() THEN excluded.until ELSE a.until END
RETURNING attempts, extract(epoch FROM until - now())::float8 AS left_s"""
TIDY = "DELETE FROM calypso.sign_in_attempts WHERE until < now() - interval '1 hour'"


@dataclass(frozen=True)
class Limit:
    """So many attempts of one subject within a window of time."""

    subject: str
    attempts: int
    window_s: float


class Attempts(Asking):
    """The verbs on sign-in attempts."""

    def count_attempt(self, limits: list[Limit]) -> int | None:
        """Count one attempt of each subject; return seconds to wait when one is over its limit."""
        waits = []
        for limit in limits:
            row = self._row(COUNT, limit.subject, limit.window_s)
            if row.attempts > limit.attempts:
                waits.append(max(1, math.ceil(row.left_s)))
        return max(waits) if waits else None

    def forgive(self, subject: str) -> None:
        """Forget the attempts of a subject, since one of them was right."""
        self._do("DELETE FROM calypso.sign_in_attempts WHERE subject = %s", subject)

    def take_back(self, subject: str) -> None:
        """Uncount one attempt of a subject."""
        self._do(
            "UPDATE calypso.sign_in_attempts SET attempts = greatest(0, attempts - 1)"
            " WHERE subject = %s",
            subject,
        )
        self._do(TIDY)
