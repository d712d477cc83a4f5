"""Read-only tables that workers refresh: pools, datasets, snapshots, tapes, clients."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from calypso.models.running import Known


class InventoryRow(BaseModel):
    """One row of a table; `key` is unique within the table on one node."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str


ReadFunction = Callable[[Any, Known], Iterable[InventoryRow]]


@dataclass(frozen=True)
class InventoryTable:
    """One kind of table: how it is read and by which columns it may be filtered.

    `sign`: a text from the driver that differs as soon as the table would; asked every two seconds.
    `least_pause_s`: it is read no more often than this, however many jobs end.
    `used_by`: the lock that a job holds on a row while it uses it, with the row's `{key}`.
    `sampled`: numbers that are kept once an hour, so that people see where they are going.
    """

    name: str
    title: str
    driver: type[Any]
    row: type[InventoryRow]
    read: ReadFunction
    filters: tuple[str, ...]
    sign: Callable[[Any], str] | None = None
    least_pause_s: float = 0.0
    used_by: str | None = None
    sampled: tuple[str, ...] = ()

    @property
    def subsystem(self) -> str:
        """The part before the slash."""
        return self.name.partition("/")[0]

    @property
    def noun(self) -> str:
        """The part after the slash."""
        return self.name.partition("/")[2]


F = TypeVar("F", bound=Callable[..., Iterable[InventoryRow]])


def inventory(
    name: str,
    *,
    driver: type[Any],
    row: type[InventoryRow],
    filters: tuple[str, ...] = (),
    sign: Callable[[Any], str] | None = None,
    least_pause_s: float = 0.0,
    used_by: str | None = None,
    sampled: tuple[str, ...] = (),
) -> Callable[[F], InventoryTable]:
    """Declare a table; the reading function becomes the value that `inventory.load()` finds.

    It takes (driver), and `known` besides where the table shows what Calypso has on record.
    """

    def declare(read: F) -> InventoryTable:
        title = (inspect.getdoc(read) or "").partition("\n")[0].rstrip(".")
        whole = _whole(read)
        return InventoryTable(
            name, title, driver, row, whole, filters, sign, least_pause_s, used_by, sampled
        )

    return declare


def _whole(read: Callable[..., Iterable[InventoryRow]]) -> ReadFunction:
    if len(inspect.signature(read).parameters) > 1:
        return read
    return lambda driver, _known: read(driver)


class Sample(BaseModel):
    """How the sampled columns of a row were at an hour."""

    model_config = ConfigDict(frozen=True)

    node: str
    key: str
    at: datetime
    values: dict[str, float | None]


class Capability(BaseModel):
    """What a worker found out about its subsystem's product on its node."""

    model_config = ConfigDict(frozen=True)

    product: str
    version: str | None = None
    available: bool
    reason: str | None = None
    how_to_install: str | None = None
    production: bool = True
    features: dict[str, bool] = {}


class SubsystemStatus(BaseModel):
    """A subsystem on a node, as its worker last reported it."""

    model_config = ConfigDict(frozen=True)

    node: str
    subsystem: str
    capability: Capability
    observed_at: datetime
