"""Tables that a worker reads when somebody asks: too large to be kept, such as files of backups."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from calypso.models.inventory import InventoryRow


class Asked(BaseModel):
    """By what a table is asked; every field is read from a text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Page:
    """Which of the rows: at most `limit`, those after the one with the key `after`."""

    limit: int
    after: str | None = None


LookFunction = Callable[[Any, Any, Page], Iterable[InventoryRow]]


@dataclass(frozen=True)
class Lookup:
    """One kind of such a table."""

    name: str
    title: str
    driver: type[Any]
    asked: type[Asked]
    row: type[InventoryRow]
    look: LookFunction

    @property
    def subsystem(self) -> str:
        """The part before the slash."""
        return self.name.partition("/")[0]

    @property
    def noun(self) -> str:
        """The part after the slash."""
        return self.name.partition("/")[2]


F = TypeVar("F", bound=LookFunction)


def lookup(
    name: str, *, driver: type[Any], asked: type[Asked], row: type[InventoryRow]
) -> Callable[[F], Lookup]:
    """Declare a table; the function becomes the value that `inventory.lookups()` finds.

    It takes (driver, asked, page), and returns rows in an order that stays, within seconds.
    """

    def declare(look: F) -> Lookup:
        title = (inspect.getdoc(look) or "").partition("\n")[0].rstrip(".")
        return Lookup(name, title, driver, asked, row, look)

    return declare
