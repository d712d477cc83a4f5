"""Bringing datasets from one storage to another: what replicating and restoring have in common."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from calypso.drivers.storage import (
    BaseMissing,
    Busy,
    DatasetMissing,
    SendOptions,
    Snapshot,
    SnapshotMissing,
    Storage,
)
from calypso.errors import FieldError, Invalid, JobCancelled, SubsystemError
from calypso.jobs.storage._steps import Step, steps, wanted
from calypso.models.names import split_snapshot
from calypso.models.running import RunningJob

BUSY_S, BUSY_TIMES = 5.0, 24  # a receiver whose ssh was cut holds its dataset until it notices


@dataclass(frozen=True)
class Order:
    """What to bring where, and how."""

    source: str
    target: str
    snapshot: str | None = None
    recursive: bool = False
    exclude: Sequence[str] = ()
    with_those_between: bool = False
    allow_from_scratch: bool = False
    keep_partial: bool = True
    options: SendOptions = field(default_factory=SendOptions)
    timeout_s: float = 7 * 86400


@dataclass
class Moved:
    """What was brought so far."""

    snapshot: str = ""
    base: str | None = None
    sent_bytes: int = 0
    sent_snapshots: int = 0
    resumed: bool = False


class Replication:
    """One order between two storages, which may be the same."""

    def __init__(self, order: Order, source: Storage, target: Storage, running: RunningJob) -> None:
        self._order, self._running = order, running
        self._source, self._target = source, target
        self.moved = Moved()
        self.targets: list[str] = []  # that have what they were to have

    def run(self) -> Moved:
        """Bring all; a dataset that lacks the snapshot is left out with a warning, the top is not.

        Raises what a cut transfer leaves behind as the message of JobCancelled.
        """
        order = self._order
        self._running.report(phase="comparing")
        at_top = self._source.snapshots(order.source)
        name = split_snapshot(wanted(order.source, order.snapshot, at_top).name)[1]
        for dataset in self._datasets():
            self._running.stop_if_cancelled()
            is_top = dataset == order.source
            source = at_top if is_top else self._source.snapshots(dataset)
            self._bring(dataset, name, source)
        self.moved.snapshot = self.moved.snapshot or f"{order.target}@{name}"
        return self.moved

    def _datasets(self) -> list[str]:
        order = self._order
        if not order.recursive:
            return [order.source]
        names = [one.name for one in self._source.datasets(order.source)]
        return [one for one in names if not _is_excluded(one, order)]

    # -- one dataset

    def _bring(self, dataset: str, name: str, source: Sequence[Snapshot]) -> None:
        target = self._order.target + dataset.removeprefix(self._order.source)
        try:
            last = wanted(dataset, name, source)
        except SnapshotMissing as missing:
            if dataset == self._order.source:
                raise
            self._running.warn("left_out", f"{dataset} is left out: {missing.detail}")
            return
        todo = self._steps(target, last, source)
        if todo:
            self._send_all(todo, target, source)
        else:
            self._running.log(f"{target} has {last.name} already")
            self._release_earlier(source)
        self.targets.append(target)

    def _send_all(self, todo: Sequence[Step], target: str, source: Sequence[Snapshot]) -> None:
        with self._held(todo):
            self._release_earlier(source)
            for number, step in enumerate(todo, start=1):
                self._running.stop_if_cancelled()
                self._move(step, target, f"sending {number} of {len(todo)}: {step.snapshot.name}")

    def _steps(self, target: str, last: Snapshot, source: Sequence[Snapshot]) -> list[Step]:
        between = self._order.with_those_between
        there = self._there(target)
        try:
            return steps(target, last, source, there, with_those_between=between)
        except BaseMissing:
            if not self._order.allow_from_scratch:
                raise
        aside = f"{target}-before-{self._running.token.removeprefix('calypso-')}"
        self._target.rename_dataset(target, aside)
        self._running.warn("kept_aside", f"{target} begins from scratch; the old one is {aside}.")
        return steps(target, last, source, None, with_those_between=between)

    def _there(self, target: str) -> list[Snapshot] | None:
        """Return the target's snapshots, or None while it does not exist as a whole."""
        try:
            if there := self._target.snapshots(target):
                return there
            self._target.dataset(target)  # what a cut first transfer left has none either
        except DatasetMissing:
            return None
        return []

    @contextmanager
    def _held(self, todo: Sequence[Step]) -> Iterator[None]:
        """Keep what is sent, and from what, from being destroyed; the tag names the job."""
        names = [one.snapshot.name for one in todo]
        if (base := todo[0].base) is not None:
            names.insert(0, base.name)
        try:
            for name in names:
                self._source.hold(name, self._running.token)
            yield
        finally:
            with self._running.tidying():
                for name in names:
                    self._release(name)

    def _release_earlier(self, source: Sequence[Snapshot]) -> None:
        """Take away what earlier runs of this job held, also of what they had brought already."""
        for one in source:
            for token in self._running.earlier_tokens if one.holds else ():
                self._source.release(one.name, token)

    def _release(self, name: str) -> None:
        """Release a hold; one that cannot be, since the machine is gone, must not hide why."""
        try:
            self._source.release(name, self._running.token)
        except SubsystemError as refused:
            message = f"{name} is still held by {self._running.token}: {refused.detail}"
            self._running.warn("hold_left", message)

    # -- one transfer

    def _move(self, step: Step, target: str, phase: str) -> None:
        self._running.report(phase=phase, done=0, unit="bytes")
        try:
            self._send(step, target)
        except JobCancelled as stopped:
            with self._running.tidying():
                raise JobCancelled(self._told_behind(target)) from stopped

    def _send(self, step: Step, target: str) -> None:
        for attempt in range(BUSY_TIMES):
            try:
                self._send_once(step, target)
            except Busy:
                if attempt == BUSY_TIMES - 1:
                    raise
                self._running.wait(BUSY_S)
            else:
                return

    def _send_once(self, step: Step, target: str) -> None:
        def show(done_bytes: int, total_bytes: int | None) -> None:
            self._running.report(done=done_bytes, total=total_bytes, unit="bytes")

        sent = self._source.send(
            step.snapshot.name,
            target,
            base=step.base_name,
            to=self._target,
            options=self._order.options,
            on_bytes=show,
            timeout_s=self._order.timeout_s,
        )
        self._running.report(done=sent.sent_bytes, total=sent.sent_bytes, unit="bytes")
        moved = self.moved
        moved.snapshot, moved.base = sent.snapshot, sent.base
        moved.sent_bytes += sent.sent_bytes
        moved.sent_snapshots += 1
        moved.resumed = moved.resumed or sent.resumed

    def _told_behind(self, target: str) -> str:
        try:
            return self._left_behind(target)
        except SubsystemError as refused:
            return f"Cancelled. What {target} keeps of it could not be seen: {refused.detail}"

    def _left_behind(self, target: str) -> str:
        """Say in which state a cut transfer leaves the target; throw the rest away unless kept."""
        if self._target.resume_token(target) is None:
            self._abandon(target)
            return f"Cancelled. {target} is as it was before."
        if self._order.keep_partial:
            return (
                f"Cancelled. {target} keeps what it received; run the replication again "
                "and it goes on from there."
            )
        self._abandon(target)
        return f"Cancelled. What {target} had received of this was thrown away."

    def _abandon(self, target: str) -> None:
        for attempt in range(BUSY_TIMES):
            try:
                self._target.abandon(target)
            except Busy:
                if attempt == BUSY_TIMES - 1:
                    raise
                self._running.wait(BUSY_S)
            else:
                return


def refuse_overlap(source: str, target: str) -> None:
    """Refuse to bring a dataset into itself; Invalid."""
    inner, outer = f"{target}/", f"{source}/"
    if inner.startswith(outer) or outer.startswith(inner):
        message = f"{target} and {source} lie in each other."
        raise Invalid(message, [FieldError("/params/target", "overlap", message)])


def _is_excluded(name: str, order: Order) -> bool:
    """Tell whether a dataset, or one above it within the order, fits a pattern; `*` crosses /."""
    if name == order.source:
        return False
    above = name.rpartition("/")[0]
    fits = any(fnmatchcase(name, pattern) for pattern in order.exclude)
    return fits or _is_excluded(above, order)
