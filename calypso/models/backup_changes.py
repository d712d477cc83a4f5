"""What differs between two configurations, and the one that comes of changes. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from calypso.errors import Invalid, NotFound
from calypso.models.backup_config import PLACES, BackupConfig, Resource, references
from calypso.models.backup_names import BackupName

MOST_REMOVED = 1000


class Names(BaseModel):
    """Resources by kind and name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clients: tuple[BackupName, ...] = Field(
        default=(), max_length=MOST_REMOVED, description="Clients."
    )
    filesets: tuple[BackupName, ...] = Field(
        default=(), max_length=MOST_REMOVED, description="Filesets."
    )
    pools: tuple[BackupName, ...] = Field(default=(), max_length=MOST_REMOVED, description="Pools.")
    storages: tuple[BackupName, ...] = Field(
        default=(), max_length=MOST_REMOVED, description="Storages."
    )
    jobs: tuple[BackupName, ...] = Field(default=(), max_length=MOST_REMOVED, description="Jobs.")

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Give (kind, name) of each."""
        for kind, place in PLACES.items():
            yield from ((kind, name) for name in getattr(self, place))


class Change(BaseModel):
    """What becomes of one resource. `fields`: (field, before, after), of a changed one alone."""

    model_config = ConfigDict(frozen=True)

    act: Literal["add", "change", "remove"]
    kind: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        told = "; ".join(f"{field}: {before} → {after}" for field, before, after in self.fields)
        return f"{self.act} {self.kind} {self.name}" + (f": {told}" if told else "")


def changes(before: BackupConfig, after: BackupConfig) -> list[Change]:
    """Return what leads from one configuration to another, by kind and name."""
    old, new = _by_name(before), _by_name(after)
    found = []
    for kind, name in sorted(old.keys() | new.keys()):
        was, is_ = old.get((kind, name)), new.get((kind, name))
        if was is None:
            found.append(Change(act="add", kind=kind, name=name))
        elif is_ is None:
            found.append(Change(act="remove", kind=kind, name=name))
        elif was != is_:
            found.append(Change(act="change", kind=kind, name=name, fields=_fields(was, is_)))
    return found


def changed(config: BackupConfig, put: BackupConfig, remove: Names) -> BackupConfig:
    """Return a configuration with resources put in, in place of those of the same name, or removed.

    NotFound for the name of one that is not there; Invalid when it is to be put and removed.
    """
    resources = {**_by_name(config), **_by_name(put)}
    for kind, name in remove.pairs():
        if (kind, name) in _by_name(put):
            raise Invalid(f"The {kind} {name} is to be set and to be removed.")
        if resources.pop((kind, name), None) is None:
            raise NotFound(
                f"The configuration kept here has no {kind} {name}. What somebody wrote into the "
                "director's own files is not removed from here."
            )
    return _of(resources)


def users_of(config: BackupConfig, kind: str, name: str) -> list[str]:
    """Return who names a resource: `job mail`, `pool Disk`."""
    return [who for what, named, who in references(config) if (what, named) == (kind, name)]


def _by_name(config: BackupConfig) -> dict[tuple[str, str], Resource]:
    return {(kind, one.name): one for kind, named in config.by_kind().items() for one in named}


def _of(resources: Mapping[tuple[str, str], Resource]) -> BackupConfig:
    placed: dict[str, list[Resource]] = {place: [] for place in PLACES.values()}
    for (kind, _), resource in sorted(resources.items(), key=lambda one: one[0]):
        placed[PLACES[kind]].append(resource)
    return BackupConfig.model_validate(placed)


def _fields(was: Resource, is_: Resource) -> tuple[tuple[str, str, str], ...]:
    old, new = was.model_dump(mode="json"), is_.model_dump(mode="json")
    return tuple((key, _told(old[key]), _told(new[key])) for key in old if old[key] != new[key])


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    return "none" if value is None else str(value)
