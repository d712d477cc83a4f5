"""The way from one release to another, step by step: journalled, and taken back when it is ill."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from calypso.drivers.system.journal import HARMLESS, Change, Journal, Step
from calypso.drivers.system.release_refusals import UpgradeFailed, UpgradeUnfinished, UpgradeUnfit
from calypso.drivers.system.steps import Steps
from calypso.errors import CalypsoError

ORDER = (
    Step.PREFLIGHT, Step.DUMP, Step.MIGRATE, Step.STOP, Step.RESTORE, Step.SWITCH, Step.RELOAD,
    Step.GATE, Step.DONE,
)  # fmt: skip
OF_RESTORES = (Step.STOP, Step.RESTORE)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Way:
    """Goes a change's way to one of its ends. `stop` may raise where nothing is half done."""

    steps: Steps
    journal: Journal
    say: Say
    stop: Callable[[], None]

    def go_on(self, change: Change) -> Change:
        """Do the steps that are left; UpgradeUnfit, or UpgradeFailed when it was undone."""
        try:
            for step in _left(change):
                if step in HARMLESS:
                    self.stop()
                change = self._write(change, step)
                change = self._do(step, change)
        except (CalypsoError, OSError) as failed:
            self._give_up(change, failed)
        return change

    def undo(self, change: Change, why: str) -> Change:
        """Have the release before serve again; UpgradeUnfinished when not even that works."""
        self.say(f"{Step.UNDO}: {why}")
        try:
            change = self._write(change, Step.UNDO, why)
        except OSError as full:  # to serve again matters more than to remember
            self.say(f"The journal cannot be written: {_words(full)}")
        try:
            self.steps.undo(change)
            return self._write(change, Step.UNDONE, why)
        except (CalypsoError, OSError) as failed:
            raise UpgradeUnfinished(
                f"{change.version_to} does not serve: {why} And going back to "
                f"{change.version_from} failed: {_words(failed)} Mend that, then: `calypso "
                "release recover`."
            ) from failed

    def end(self, left: Change) -> Change:
        """Finish or undo a change that was killed."""
        if left.step in HARMLESS:
            return self._write(left, Step.UNDONE, "It was ended before anything was changed.")
        if left.step is Step.UNDO:
            return self.undo(left, left.detail)
        if left.step is Step.RESTORE:  # nobody knows how far that was
            left = left.model_copy(update={"replaced": True})
        return self.go_on(left)

    def _give_up(self, change: Change, failed: CalypsoError | OSError) -> None:
        """Have nothing half done, and raise what failed."""
        why = _words(failed)
        if change.step not in HARMLESS:
            self.undo(change, why)
            raise UpgradeFailed(
                f"{change.version_to} does not serve: {why} "
                f"{change.version_from or 'Nothing else'} is in use again.",
                original=getattr(failed, "original", ""),
            ) from failed
        self._write(change, Step.UNDONE, why)
        if isinstance(failed, CalypsoError):
            raise failed
        raise UpgradeUnfit(why) from failed

    def _do(self, step: Step, change: Change) -> Change:
        act = {
            Step.PREFLIGHT: self.steps.preflight,
            Step.DUMP: self.steps.put_by,
            Step.MIGRATE: self.steps.migrate,
            Step.STOP: self.steps.stop,
            Step.RESTORE: self.steps.bring_back,
            Step.SWITCH: self.steps.switch,
            Step.RELOAD: self.steps.reload,
            Step.GATE: self.steps.gate,
        }.get(step)
        if act is None:
            return change
        self.say(f"{step}: {change.version_from or 'nothing'} → {change.version_to}")
        return act(change) or change

    def _write(self, change: Change, step: Step, detail: str | None = None) -> Change:
        told = change.detail if detail is None else detail
        return self.journal.write(change.model_copy(update={"step": step, "detail": told}))


def _left(change: Change) -> Iterator[Step]:
    """Yield the steps that are left, the one it is in first."""
    left = ORDER[ORDER.index(change.step) :]
    return (step for step in left if change.restores or step not in OF_RESTORES)


def _words(failed: CalypsoError | OSError) -> str:
    return failed.detail if isinstance(failed, CalypsoError) else f"{failed}."
