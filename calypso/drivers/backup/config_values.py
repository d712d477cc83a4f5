"""How a product's configuration stands beside the one that it was given."""

from enum import StrEnum

from calypso.drivers.backup.values import Value

MOST_TOLD = 10


class ConfigState(StrEnum):
    """How one resource stands."""

    SAME = "same"
    CHANGED = "changed"  # somebody made it otherwise
    MISSING = "missing"  # somebody took it away
    BEYOND = "beyond"  # somebody put it beside ours
    UNREADABLE = "unreadable"  # the product itself cannot read its configuration


class Standing(Value):
    """One resource, or the file of ours as a whole. `differs`: in which fields or directives."""

    kind: str
    name: str
    state: ConfigState
    differs: tuple[str, ...] = ()

    def __str__(self) -> str:
        differs = f" ({', '.join(self.differs)})" if self.differs else ""
        return f"{self.kind} {self.name} {self.state}{differs}"


class Drift(Value):
    """How all of ours stands; `where`: the file that it is in."""

    where: str
    standings: tuple[Standing, ...] = ()

    @property
    def strays(self) -> list[Standing]:
        """What is not as it was given."""
        return [one for one in self.standings if one.state is not ConfigState.SAME]

    def told(self) -> str:
        """Say in a line what is not as it was given."""
        strays = self.strays
        more = f" and {len(strays) - MOST_TOLD} more" if len(strays) > MOST_TOLD else ""
        return ", ".join(str(one) for one in strays[:MOST_TOLD]) + more
