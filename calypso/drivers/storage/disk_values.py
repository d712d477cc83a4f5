"""The values disks are spoken of in. Sizes are bytes."""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Smart(_Value):
    """What a disk says about itself; `reason` tells why its health is unknown or bad."""

    health: Literal["passed", "failed", "unknown"] = "unknown"
    reason: str | None = None
    temperature_c: int | None = None
    power_on_hours: int | None = None


class Disk(_Value):
    """One disk of this node.

    `path` stays when cables are swapped; `device` may be another after a reboot. `in_use` names
    who would lose it if it were wiped; `holds` what is found on it, in use or not.
    """

    path: str
    device: str
    size_bytes: int
    model: str | None = None
    serial: str | None = None
    transport: str | None = None
    is_rotational: bool = False
    is_readonly: bool = False
    can_discard: bool = False
    pool: str | None = None
    in_use: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    smart: Smart = Smart()


class WipeMode(StrEnum):
    """How thoroughly a disk is wiped."""

    QUICK = "quick"
    FULL = "full"
    ZERO = "zero"


class SmartTest(StrEnum):
    """Which self-test a disk makes."""

    SHORT = "short"
    LONG = "long"


class SmartProgress(_Value):
    """Where a disk's self-test is, or how the last one ended."""

    is_running: bool
    percent: float | None = None
    passed: bool | None = None  # None while it runs, or when it was stopped
    words: str | None = None


OnSmart = Callable[[SmartProgress], None]
