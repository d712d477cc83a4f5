"""How far a change of releases is: written before each step, so that a killed one is found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from calypso.drivers.system.release_refusals import UpgradeUnfinished
from calypso.host import Host


class Step(StrEnum):
    """The steps in their order. From STOP on the machine may run either release, or none."""

    PREFLIGHT = "preflight"
    DUMP = "dump"
    MIGRATE = "migrate"
    STOP = "stop"
    RESTORE = "restore"
    SWITCH = "switch"
    RELOAD = "reload"
    GATE = "gate"
    DONE = "done"
    UNDO = "undo"
    UNDONE = "undone"


ENDED = (Step.DONE, Step.UNDONE)
HARMLESS = (Step.PREFLIGHT, Step.DUMP, Step.MIGRATE)  # nothing that serves was touched


class Change(BaseModel):
    """One change of releases and the step that it is in."""

    model_config = ConfigDict(frozen=True)

    version_from: str | None
    version_to: str
    began: datetime
    step: Step = Step.PREFLIGHT
    dump: str | None = None  # the folder with what was put by before
    restores: str | None = None  # the folder that is brought back
    replaced: bool = False  # the database is that one now, or may be
    back: bool = False  # somebody wants an earlier release, for what this one does
    previous: str | None = None  # what was in use before `version_from`
    units: tuple[str, ...] = ()  # the services that are to run at the end
    detail: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it was begun and neither done nor undone."""
        return self.step not in ENDED


@dataclass(frozen=True)
class Journal:
    """The last change, kept in one file that is replaced atomically."""

    host: Host
    file: Path

    def read(self) -> Change | None:
        """Return the last change; None when there never was one."""
        try:
            return Change.model_validate_json(self.host.read_text(self.file))
        except FileNotFoundError:
            return None
        except ValidationError as wrong:
            raise UpgradeUnfinished(
                f"{self.file} cannot be read: {wrong.errors()[0]['msg']}. Look which release "
                "serves, then remove the file."
            ) from wrong

    def write(self, change: Change) -> Change:
        """Keep a change and return it."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.host.write_text(self.file, change.model_dump_json(indent=1) + "\n", mode=0o600)
        return change
