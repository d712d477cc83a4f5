"""From one release to another: each step journalled, and undone when what comes of it is ill.

Killed anywhere, the machine has one whole release in `current`; the next call goes on or undoes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from calypso.drivers.system.journal import HARMLESS, Change, Journal, Step
from calypso.drivers.system.keeping import Keeping
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.program import Program
from calypso.drivers.system.release_refusals import (
    RollbackLoses,
    ServiceFailed,
    UpgradeFailed,
    UpgradeUnfinished,
    UpgradeUnfit,
)
from calypso.drivers.system.releases import Releases
from calypso.drivers.system.services import Services
from calypso.errors import CalypsoError
from calypso.host import Host
from calypso.models.clock import now

ORDER = (
    Step.PREFLIGHT, Step.DUMP, Step.MIGRATE, Step.RESTORE, Step.SWITCH, Step.RELOAD, Step.GATE,
    Step.DONE,
)  # fmt: skip
UNITS_S = 60.0
Say = Callable[[str], None]


@dataclass
class Activation:
    """Changes releases. `say` hears what is done; `stop` may raise where nothing is half done."""

    host: Host
    layout: Layout
    keeping: Keeping
    say: Say = lambda _line: None
    stop: Callable[[], None] = lambda: None
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.host, self.layout.upgrade / "journal.json")
        self._releases, self._services = Releases(self.layout), Services(self.host)

    def activate(self, version: str) -> Change:
        """Put a release in use and see it serve; goes on where an earlier call was killed.

        Raises UpgradeUnfit when nothing was changed, UpgradeFailed when it was undone.
        """
        begun = self._begun_before(version)
        if begun is None and version == self._releases.current():
            self.say(f"{version} is in use already.")
            return Change(version_from=version, version_to=version, began=now(), step=Step.DONE)
        return self._go_on(begun or self._new(version))

    def rollback(self, version: str | None = None) -> Change:
        """Put the release before in use again, or another one that is here.

        Raises RollbackLoses when the database is beyond it; see `restore`.
        """
        self.recover()
        target = self._target(version)
        schema = self._program(self._in_use()).schema()
        if schema.floor is not None and self._releases.described(target).schema_ < schema.floor:
            raise RollbackLoses(
                f"{target} cannot read the database any more: a later release took away what it "
                "needs. `calypso release rollback --restore` stops everything and brings back "
                "what was dumped before that; it says first what would be lost."
            )
        return self._go_on(self._change(target, step=Step.SWITCH))

    def restore(self, version: str | None = None) -> Change:
        """Put the release before in use with the database as it was then: what came later is lost.

        Stops every service, which waits for the jobs that run; so no job can do it.
        """
        self.recover()
        target = self._target(version)
        folder = self.keeping.of_release(target)
        if folder is None:
            raise UpgradeUnfit(f"Nothing was put by when {target} was left: {self.layout.dumps}.")
        stopped = tuple(self._services.active())
        change = self._change(target, step=Step.RESTORE, restores=str(folder), stopped=stopped)
        return self._go_on(change)

    def recover(self) -> Change | None:
        """Finish or undo what an earlier call left half done; None when there is nothing."""
        left = self.journal.read()
        if left is None or not left.is_open:
            return None
        if left.step in HARMLESS:
            return self._write(left, Step.UNDONE, "It was ended before anything was changed.")
        if left.step is Step.UNDO:
            return self._undo(left, left.detail)
        return self._go_on(left)

    # ---- the steps

    def _new(self, version: str) -> Change:
        self._releases.described(version)
        return self._change(version)

    def _change(self, version: str, **more: Any) -> Change:
        """Return a change from what is in use now."""
        return Change(
            version_from=self._releases.current(),
            version_to=version,
            previous=self._releases.previous(),
            began=now(),
            **more,
        )

    def _begun_before(self, version: str) -> Change | None:
        left = self.journal.read()
        if left is None or not left.is_open or left.step in HARMLESS:
            return None
        if left.step is Step.UNDO:
            self._undo(left, left.detail)
            return None
        if left.version_to == version:
            return left
        raise UpgradeUnfinished(
            f"The change to {left.version_to} is half done ({left.step}). Finish or undo it "
            "first: `calypso release recover`."
        )

    def _go_on(self, change: Change) -> Change:
        try:
            for step in ORDER[ORDER.index(change.step) :]:
                if step in HARMLESS:
                    self.stop()
                change = self._write(change, step)
                change = self._do(step, change)
        except CalypsoError as failed:
            if change.step in HARMLESS:
                self._write(change, Step.UNDONE, failed.detail)
                raise
            self._undo(change, failed.detail)
            raise UpgradeFailed(
                f"{change.version_to} does not serve: {failed.detail} {change.version_from} "
                "is in use again.",
                original=getattr(failed, "original", ""),
            ) from failed
        return change

    def _do(self, step: Step, change: Change) -> Change:
        act = {
            Step.PREFLIGHT: self._preflight,
            Step.DUMP: self._put_by,
            Step.MIGRATE: self._migrate,
            Step.RESTORE: self._bring_back,
            Step.SWITCH: self._switch,
            Step.RELOAD: self._reload,
            Step.GATE: self._gate,
        }.get(step)
        if act is None or (step is Step.RESTORE and change.restores is None):
            return change
        self.say(f"{step}: {change.version_from or 'nothing'} → {change.version_to}")
        return act(change) or change

    def _preflight(self, change: Change) -> None:
        program = self._program(change.version_to)
        program.says_its_version()
        program.check_config()
        schema = program.schema()
        if schema.at is not None and schema.floor is not None and schema.needs < schema.floor:
            raise UpgradeUnfit(
                f"{change.version_to} is too old for the database, which needs {schema.floor} or "
                "later. Take a newer release."
            )
        self.keeping.refuse_no_room(schema.size_bytes)

    def _put_by(self, change: Change) -> Change | None:
        if change.version_from is None:
            return None
        return change.model_copy(update={"dump": str(self.keeping.put_by(change))})

    def _migrate(self, change: Change) -> None:
        self._program(change.version_to).migrate()

    def _bring_back(self, change: Change) -> None:
        self._services.stop(change.stopped)
        self.keeping.bring_back(Path(change.restores or ""))

    def _switch(self, change: Change) -> None:
        self._releases.switch(change.version_to)

    def _reload(self, change: Change) -> None:
        self._lay_out_units()
        self._services.read_units()
        if change.stopped:
            self._services.start(change.stopped)
        else:
            self._services.reload(self._services.active())

    def _lay_out_units(self) -> None:
        """Have the units, and what stands beside them, be those of the current release."""
        folder = self.layout.release(self._in_use())
        root = [] if self.layout.root == Path("/") else ["--root", str(self.layout.root)]
        ran = self.host.run(
            [str(folder / "scripts/units.sh"), *root, str(folder)], timeout_s=UNITS_S
        )
        if not ran.ok:
            raise ServiceFailed(f"units.sh: {ran.complaint}", original=ran.stderr)

    def _gate(self, change: Change) -> None:
        units = self._services.active()
        complaint = self._program(change.version_to).complaint(units) if units else None
        if complaint is not None:
            raise ServiceFailed(complaint)

    def _undo(self, change: Change, why: str) -> Change:
        self.say(f"{Step.UNDO}: {why}")
        change = self._write(change, Step.UNDO, why)
        if change.version_from is not None:
            self._releases.switch_back(change.version_from, change.previous)
            self._reload(change)
        return self._write(change, Step.UNDONE, why)

    # ---- small things

    def _write(self, change: Change, step: Step, detail: str | None = None) -> Change:
        told = change.detail if detail is None else detail
        return self.journal.write(change.model_copy(update={"step": step, "detail": told}))

    def _program(self, version: str) -> Program:
        return Program(self.host, self.layout, version)

    def _in_use(self) -> str:
        current = self._releases.current()
        if current is None:
            raise UpgradeUnfit("No release is in use on this machine. Install one: install.sh.")
        return current

    def _target(self, version: str | None) -> str:
        target = version or self._releases.previous()
        if target is None:
            raise UpgradeUnfit("No release was in use before this one. Name one that is here.")
        self._releases.described(target)
        return target
