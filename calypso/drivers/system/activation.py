"""What can be done about the release that is in use, by one caller at a time.

Killed anywhere, the machine has one whole release in `current`; the next call goes on or undoes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from calypso.drivers.system.journal import HARMLESS, Change, Journal, Step
from calypso.drivers.system.keeping import Keeping
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.program import SchemaState
from calypso.drivers.system.release_refusals import (
    RollbackLoses,
    UpgradeUnfinished,
    UpgradeUnfit,
)
from calypso.drivers.system.steps import Steps
from calypso.drivers.system.turn import turn
from calypso.drivers.system.way import Way
from calypso.host import Host
from calypso.models.clock import now


@dataclass
class Activation:
    """Changes releases. `say` hears what is done; `stop` may raise where nothing is half done.

    Each verb raises ReleasesBusy while somebody else changes releases.
    """

    host: Host
    layout: Layout
    keeping: Keeping
    node: str
    say: Callable[[str], None] = lambda _line: None
    stop: Callable[[], None] = lambda: None
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.host, self.layout.upgrade / "journal.json")
        self._steps = Steps(self.host, self.layout, self.keeping)
        self._releases = self._steps.releases
        self._way = Way(self._steps, self.journal, self.say, self.stop)

    def activate(self, version: str) -> Change:
        """Put a release in use and see it serve; goes on where an earlier call was killed.

        Raises UpgradeUnfit when nothing was changed, UpgradeFailed when it was undone.
        """
        with self._turn(f"putting {version} in use"):
            begun = self._begun_before(version)
            if begun is None and version == self._releases.current():
                return self._is_so_already(version)
            if begun is None:
                self._releases.described(version)
                self._releases.refuse_dangling()
            return self._way.go_on(begun or self._new(version))

    def rollback(self, version: str | None = None) -> Change:
        """Put the release before in use again, or another one that is here.

        A change that is half done is taken back, which may be all there is to do. Raises
        RollbackLoses when the database is beyond the release; see `restore`.
        """
        with self._turn(f"going back to {version or 'the release before'}"):
            ended = self._end_what_is_open()
            if ended is not None and version in {None, ended.version_to}:
                return ended
            target = self._target(version)
            if target == self._releases.current():
                return self._is_so_already(target)
            if self._steps.program(target).schema().is_beyond:
                raise RollbackLoses(
                    f"{target} cannot read the database any more: a later release took away what "
                    "it needs. `calypso release rollback --restore` stops everything and brings "
                    "back what was dumped before that; it says first what would be lost."
                )
            return self._way.go_on(self._new(target, step=Step.SWITCH, back=True))

    def restore(self, version: str | None = None) -> Change:
        """Put the release before in use with the database as it was then: what came later is lost.

        Stops every service, which waits for the jobs that run; so no job can do it. What is lost
        is put by first.
        """
        with self._turn(f"going back to {version or 'the release before'} and its database"):
            ended = self._end_what_is_open()
            if ended is not None and ended.restores and version in {None, ended.version_to}:
                return ended
            target = self._target(version or (ended.version_to if ended else None))
            folder = self.put_by_when_left(target)
            schema = self._steps.program(target).schema()
            self._refuse_other_nodes(schema)
            # A dump of what is lost, and all of what is brought back as text.
            self.keeping.refuse_no_room(2 * schema.size_bytes)
            made = self._new(target, step=Step.STOP, back=True, restores=str(folder))
            sockets = self._steps.services.sockets()
            return self._way.go_on(made.model_copy(update={"units": (*sockets, *made.units)}))

    def _refuse_other_nodes(self, schema: SchemaState) -> None:
        """Have nobody take the database away from under other machines."""
        if self.layout.is_node:
            raise UpgradeUnfit(
                "This machine is a node: its database is brought back on the control plane."
            )
        others = sorted({one.node for one in schema.workers if one.node != self.node})
        if others:
            raise UpgradeUnfit(
                f"Workers of {', '.join(others)} use this database. Stop them first: `systemctl "
                "stop calypso.target` there. The last of them counts for a minute."
            )

    def put_by_when_left(self, version: str | None = None) -> Path:
        """Return the folder that `restore` brings back; UpgradeUnfit when there is none."""
        target = self._target(version)
        folder = self.keeping.of_release(target)
        if folder is None:
            raise UpgradeUnfit(f"Nothing was put by when {target} was left: {self.layout.dumps}.")
        return folder

    def recover(self) -> Change | None:
        """Finish or undo what an earlier call left half done; None when there is nothing."""
        with self._turn("ending what was half done"):
            left = self._open()
            return None if left is None else self._way.end(left)

    def half_done(self) -> set[str]:
        """Return the releases that a change which is half done still needs."""
        left = self._open()
        return set() if left is None else {left.version_from or left.version_to, left.version_to}

    def refused(self) -> str | None:
        """Return the release that the last change was to and that was taken back; else None."""
        last = self.journal.read()
        return last.version_to if last is not None and last.step is Step.UNDONE else None

    # ---- what was left

    def _begun_before(self, version: str) -> Change | None:
        left = self._open()
        if left is None or left.step in HARMLESS:
            return None
        if left.step is Step.UNDO:
            self._way.end(left)
            return None
        if left.version_to == version:
            return left
        raise UpgradeUnfinished(
            f"The change to {left.version_to} is half done ({left.step}). Finish or undo it "
            "first: `calypso release recover`."
        )

    def _end_what_is_open(self) -> Change | None:
        """Finish a way back that is half done, take back a way forth; how that ended."""
        left = self._open()
        if left is None:
            return None
        if left.back or left.version_from is None:
            ended = self._way.end(left)
            return ended if ended.step is Step.DONE else None
        self.say(f"The change to {left.version_to}, which was half done, is taken back.")
        if left.step in HARMLESS:
            self._way.end(left)
        else:
            self._way.undo(left, left.detail or "It was taken back.")
        return left.model_copy(
            update={"version_from": left.version_to, "version_to": left.version_from,
                    "step": Step.DONE, "detail": ""}
        )  # fmt: skip

    # ---- the way

    def _new(self, version: str, **more: object) -> Change:
        made = Change(
            version_from=self._releases.current(), version_to=version, began=now(),
            previous=self._releases.previous(), units=tuple(self._steps.services.wanted()),
        )  # fmt: skip
        return made.model_copy(update=more)

    # ---- small things

    def _open(self) -> Change | None:
        left = self.journal.read()
        return left if left is not None and left.is_open else None

    def _turn(self, what: str) -> AbstractContextManager[None]:
        return turn(self.layout, what)

    def _is_so_already(self, version: str) -> Change:
        self.say(f"{version} is in use already.")
        return Change(version_from=version, version_to=version, began=now(), step=Step.DONE)

    def _target(self, version: str | None) -> str:
        target = version or self._releases.previous()
        if target is None:
            raise UpgradeUnfit("No release was in use before this one. Name one that is here.")
        self._releases.described(target)
        return target
