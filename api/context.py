"""What a request finds when it comes in: the house, the hub, and who is asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, g

from api.hub import Hub
from api.together import Together
from api.told import ToldJobs
from calypso.engine.access import require
from calypso.engine.silence import silence_s
from calypso.models.access import Actor
from calypso.models.sight import Look, Seen
from calypso.wiring import House

Answer = tuple[Mapping[str, Any] | list[Any], int, Mapping[str, str]]
KEY = "calypso"


@dataclass(frozen=True)
class Door:
    """The house and what this process adds to it."""

    house: House
    hub: Hub
    looks: Together[Look, Seen]
    jobs: ToldJobs


def open_door(house: House) -> Door:
    """Return the door of a process; nothing is asked yet."""
    return Door(
        house=house,
        hub=Hub(house.ports, house.types),
        looks=Together(house.accounts.look),
        jobs=ToldJobs(house.ports, silent_s=silence_s(house.settings.lease_s)),
    )


def door() -> Door:
    """Return the door of the running application."""
    found: Door = current_app.extensions[KEY]
    return found


def house() -> House:
    """Return the house behind the door."""
    return door().house


def actor() -> Actor:
    """Return who is asking; only where a sign-in is needed."""
    asking: Actor = g.actor
    return asking


def need(permission: str) -> Actor:
    """Return who is asking; Forbidden when they lack the permission."""
    asking = actor()
    require(asking, permission)
    return asking


def answer(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> tuple[Any, int, Mapping[str, str]]:
    """Return a JSON answer; pydantic values become what the contract says."""
    told = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    return told, status, headers or {}


def listed(items: list[Any], next_cursor: str | None = None) -> dict[str, Any]:
    """Return a list as every list of the API looks."""
    dumped = [one.model_dump(mode="json") if hasattr(one, "model_dump") else one for one in items]
    return {"items": dumped, "next_cursor": next_cursor}
