"""Counts that many processes add up: by name, labels and, of a histogram, the bound."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

# From a `zfs list` to a drive that is filled: a scrub of days is beyond all of them.
BOUNDS_S = (0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 14400.0, 86400.0)


@dataclass(frozen=True)
class Count:
    """One number. `part`: "" of a counter; of a histogram a bound of seconds, "inf" or "sum"."""

    name: str
    labels: Sequence[str]
    part: str = ""

    @property
    def field(self) -> str:
        """Its name where the numbers are kept."""
        return json.dumps([self.name, list(self.labels), self.part])

    @classmethod
    def read(cls, field: str) -> "Count | None":
        """Return the count of such a name; None for one that a later release wrote otherwise."""
        try:
            name, labels, part = json.loads(field)
            return cls(str(name), tuple(str(label) for label in labels), str(part))
        except (ValueError, TypeError):
            return None
