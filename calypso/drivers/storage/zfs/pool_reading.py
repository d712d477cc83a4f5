"""What `zpool get`, `events` and `import` list, as values. Pure."""

import re
from dataclasses import dataclass

from calypso.drivers.storage.zfs.reading import lines


def features(text: str) -> dict[str, str]:
    """Return feature → disabled, enabled or active, of `zpool get -H -o property,value all`."""
    told = (line.partition("\t") for line in lines(text))
    return {
        name.removeprefix("feature@"): value
        for name, _, value in told
        if name.startswith("feature@")
    }


# Come with every snapshot, and tell nothing of the state of a pool.
_USUAL_EVENTS = ("sysevent.fs.zfs.history_event", "sysevent.fs.zfs.config_sync")


def last_event(text: str) -> str:
    """Return the last line of `zpool events -H` that tells of a change in a pool's state."""
    told = (line for line in reversed(lines(text)) if not line.endswith(_USUAL_EVENTS))
    return next(told, "")


@dataclass(frozen=True)
class Importable:
    """A pool that could be taken into use; `words`: what is wrong with it, as ZFS says it."""

    name: str
    guid: str
    state: str
    words: str | None = None


_IMPORTABLE = re.compile(r"^ *(pool|id|state|status|action|see|config): ?(.*)$")


def importable(text: str) -> list[Importable]:
    """Return the pools that `zpool import` lists."""
    found: list[dict[str, str]] = []
    key = ""
    for line in lines(text):
        if told := _IMPORTABLE.match(line):
            key = told[1]
            if key == "pool":
                found.append({})
            found[-1][key] = told[2].strip()
        elif found and key:
            found[-1][key] += f" {line.strip()}"
    return [
        Importable(one["pool"], one.get("id", ""), one.get("state", ""), one.get("status"))
        for one in found
    ]
