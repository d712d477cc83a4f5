"""The cartridges that a pool writes to: chosen by the books, looked at, and labelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from calypso import __version__
from calypso.drivers.tape import (
    CartridgeLoaded,
    CartridgeMissing,
    CleaningCartridge,
    ElementKind,
    MediumDamaged,
    MediumUnfit,
    WormViolation,
    WriteProtected,
)
from calypso.jobs.tape._bay import Bay, Found
from calypso.jobs.tape._labels import Label, MediumForeign, tape_file
from calypso.models.allocating import Chosen, Use, allocate
from calypso.models.clock import now
from calypso.models.media import Encryption, MediaPool, MediaRecord, MediaState
from calypso.models.media_refusals import MediumKept, NoMediaFits
from calypso.models.running import RunningJob

POLL_S = 15.0
# What makes one cartridge useless, and not the whole library.
UNUSABLE = (
    MediumForeign,
    MediumDamaged,
    MediumUnfit,
    WriteProtected,
    WormViolation,
    CleaningCartridge,
    CartridgeLoaded,
    CartridgeMissing,
    MediumKept,  # somebody gave it another use while it was brought
)


@dataclass(frozen=True)
class Mounted:
    """A cartridge that can be written to. `file`: the tape file that is written next."""

    barcode: str
    set_id: UUID
    file: int


class Supply:
    """Brings one cartridge after the other, for one pool, into one drive."""

    def __init__(self, bay: Bay, pool: str, running: RunningJob, *, wait_s: float = 0.0) -> None:
        self._bay, self._running = bay, running
        self._pool_name, self._left_s = pool, wait_s
        self._spent: set[str] = set()  # full, or found useless

    def spend(self, barcode: str) -> None:
        """Take a cartridge no more: it is full."""
        self._spent.add(barcode)

    def next(self, *, continuing: UUID | None = None) -> Mounted:
        """Return the next cartridge, standing behind all that is on it.

        `continuing`: the set that an archive began in. Waits for a cartridge as long as it may,
        then NoMediaFits.
        """
        while True:
            chosen = self._choose(continuing)
            try:
                return self._mount(chosen)
            except UNUSABLE as refused:
                self._spent.add(chosen.barcode)
                self._running.warn("cartridge_passed_over", f"{chosen.barcode}: {refused}")
                self._note(chosen.barcode, refused)

    # -- which

    @property
    def _pool(self) -> MediaPool:
        return self._running.media.pool(self._pool_name)

    def _choose(self, continuing: UUID | None) -> Chosen:
        while True:
            try:
                return self._allocate(continuing)
            except NoMediaFits as none:
                if self._left_s <= 0:
                    raise
                self._running.report(phase="waiting for a cartridge", message=none.detail)
            self._running.wait(POLL_S)
            self._left_s -= POLL_S

    def _allocate(self, continuing: UUID | None) -> Chosen:
        library = self._bay.library
        seen = [one for one in self._bay.tape.cartridges() if one.library == library]
        taken = self._spent | set(self._in_other_drives(library))
        media = self._running.media.media()
        return allocate(self._pool, media, seen, now(), continuing=continuing, but=taken)

    def _in_other_drives(self, library: str) -> Iterator[str]:
        mine = self._bay.tape.drive(self._bay.serial).number
        for one in self._bay.tape.elements(library):
            if one.kind is ElementKind.DRIVE and one.barcode and one.number != mine:
                yield one.barcode

    # -- have it ready

    def _mount(self, chosen: Chosen) -> Mounted:
        record = self._record(chosen.barcode)
        self._bay.bring(chosen.barcode)
        found = self._bay.look()
        self._bay.tape.writer(self._bay.serial)  # refuses what cannot be written at all
        if chosen.use is Use.APPEND and found.label and found.label.id == record.label:
            return self._mounted(record, self._bay.wind_to_end())
        refuse_stranger(found, record)
        if chosen.use is Use.APPEND and record.used_bytes:
            raise MediumForeign(f"{record.barcode} lacks the label that it had: {_told(found)}.")
        return self._begin(record, chosen)

    def _begin(self, record: MediaRecord, chosen: Chosen) -> Mounted:
        """Label a cartridge, after the books say that it is begun."""
        record = self._running.media.begin_medium(
            record.barcode,
            self._pool_name,
            label=(record.label if chosen.use is Use.APPEND else None) or uuid4(),
            set_id=chosen.set_id,
            encryption=self._encryption(),
        )
        with self._running.tidying():  # a tape whose label is cut is nobody's
            size = write_label(self._bay, label_for(record, self._sequence(record), self._running))
        self._running.media.note(record.barcode, used_bytes=size, written_at=now())
        return self._mounted(record, self._bay.wind_to_end())

    def _mounted(self, record: MediaRecord, file: int) -> Mounted:
        if record.media_set is None:
            raise MediumForeign(f"{record.barcode} is in no set on record.")
        return Mounted(record.barcode, record.media_set.id, file)

    def _record(self, barcode: str) -> MediaRecord:
        record = self._running.media.medium(barcode)
        assert record is not None  # noqa: S101 - allocate takes none that is not on record
        return record

    def _sequence(self, record: MediaRecord) -> int:
        mine = record.media_set
        others = (one for one in self._running.media.media() if one.barcode != record.barcode)
        return 1 + sum(
            one.media_set is not None and mine is not None and one.media_set.id == mine.id
            for one in others
        )

    def _encryption(self) -> Encryption:
        encrypts = self._bay.tape.drive(self._bay.serial).is_encrypting
        if encrypts is None:
            return Encryption.UNKNOWN
        return Encryption.ON if encrypts else Encryption.OFF

    def _note(self, barcode: str, refused: Exception) -> None:
        if isinstance(refused, MediumForeign | MediumDamaged):
            is_foreign = isinstance(refused, MediumForeign)
            state = MediaState.FOREIGN if is_foreign else MediaState.DAMAGED
            self._running.media.note(barcode, state=state, reason=str(refused))


# -- labels


def refuse_stranger(found: Found, record: MediaRecord) -> None:
    """Raise MediumForeign unless what is on a tape may be written over, as far as books tell.

    Fine: nothing, an unused label, and what Calypso itself wrote here and gave up since.
    """
    label = found.label
    if found.stranger is not None:
        raise MediumForeign(f"{record.barcode} holds {found.stranger}. Erase it to use it.")
    if label is None:
        return
    if label.barcode != record.barcode:
        raise MediumForeign(f"{record.barcode} has the label of {label.barcode}.")
    written_by_us = record.last_write_at is not None and label.written_at <= record.last_write_at
    if not (label.set_id is None or label.id == record.label or written_by_us):
        raise MediumForeign(
            f"{record.barcode} holds a set of pool {label.pool} that is not on record. "
            "See it with tape.media_catalog, or erase the cartridge."
        )


def label_for(record: MediaRecord, sequence: int, running: RunningJob) -> Label:
    """Return the label of a cartridge that is begun, or of an unused one."""
    return Label(
        id=record.label or uuid4(),
        barcode=record.barcode,
        pool=record.pool or "",
        set_id=None if record.media_set is None else record.media_set.id,
        sequence=sequence,
        written_at=now(),
        written_by=f"Calypso {__version__} on {running.node}",
    )


def write_label(bay: Bay, label: Label) -> int:
    """Write a label at the start of a tape, and read it back; returns its size in bytes.

    All that was on the tape is gone.
    """
    bay.tape.rewind(bay.serial)
    bay.put(label)
    found = bay.look()
    if found.label != label:
        raise MediumDamaged(f"{label.barcode} does not read as it was labelled: {_told(found)}.")
    return len(tape_file(label))


def _told(found: Found) -> str:
    if found.label is not None:
        return f"it has the label of {found.label.barcode}, pool {found.label.pool}"
    return f"it holds {found.stranger}" if found.stranger else "it is blank"
