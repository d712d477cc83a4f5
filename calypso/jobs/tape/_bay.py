"""A drive, and what brings cartridges into it and tells what is on them."""

from dataclasses import dataclass

from calypso.drivers.tape import (
    CartridgeLoaded,
    CartridgeMissing,
    Drive,
    DriveBusy,
    DriveNotReady,
    DriveState,
    ElementKind,
    EndOfData,
    NotMoved,
    PositionUnknown,
    Streamed,
    Tape,
    parts,
    stream,
)
from calypso.jobs.tape._cartridges import find, first_free
from calypso.jobs.tape._labels import Label, Note, guess, read_note, tape_file
from calypso.jobs.tape._readiness import wait_while
from calypso.models.running import RunningJob

READY_S = 600  # a drive may have to wind a whole tape back before it is ready
NOTE_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Found:
    """What stands at the start of a tape. `stranger`: what it is that Calypso did not write."""

    label: Label | None = None
    stranger: str | None = None

    @property
    def is_blank(self) -> bool:
        """True when there is nothing on it."""
        return self.label is None and self.stranger is None


class Bay:
    """One drive during a job. A cartridge stays in it until another one is wanted."""

    def __init__(self, tape: Tape, drive: str, running: RunningJob) -> None:
        self.tape, self.serial = tape, drive
        self._running = running

    @property
    def library(self) -> str:
        """The library that the drive is in; CartridgeMissing for a drive that stands alone."""
        library = self.tape.drive(self.serial).library
        if library is None:
            raise CartridgeMissing(
                f"The drive {self.serial} is in no library. Put the cartridge in by hand."
            )
        return library

    # -- cartridges

    def missing(self, barcodes: list[str]) -> list[str]:
        """Return which of these cartridges the library does not hold."""
        there = {one.barcode for one in self.tape.elements(self.library)}
        return [one for one in barcodes if one not in there]

    def bring(self, barcode: str) -> None:
        """Have a cartridge in the drive, ready.

        CartridgeMissing; CartridgeLoaded while it is in another drive.
        """
        drive = self.tape.drive(self.serial)
        if drive.state is DriveState.BUSY:
            raise DriveBusy(f"The drive {self.serial} is in use by something else.")
        if drive.barcode == barcode and drive.state is DriveState.LOADED:
            return
        if drive.barcode != barcode:
            # A library must not be left in the middle of an exchange.
            with self._running.tidying():
                self._exchange(drive, barcode)
        self._wait_until_ready(barcode)
        self.tape.rewind(self.serial)

    def _exchange(self, drive: Drive, barcode: str) -> None:
        library = self.library
        elements = self.tape.elements(library)
        wanted = find(elements, barcode, library)
        if wanted.kind is ElementKind.DRIVE:
            raise CartridgeLoaded(f"{barcode} is in {wanted.place} of {library}. Unload it first.")
        self._running.report(phase=f"loading {barcode}")
        if drive.state is not DriveState.EMPTY:
            free = first_free(elements, ElementKind.SLOT, library, prefer=drive.source)
            self.tape.unload(library, self.serial, free)
        self.tape.load(library, wanted.number, self.serial)

    def _wait_until_ready(self, barcode: str) -> None:
        threading = {DriveState.NOT_READY, DriveState.BUSY}
        drive = wait_while(self.tape, self.serial, threading, self._running, most_s=READY_S)
        if drive.state is not DriveState.LOADED:
            why = drive.reason or drive.state.value
            raise DriveNotReady(f"{barcode} in {self.serial} is not ready: {why}.")
        if drive.barcode not in (None, barcode):
            raise NotMoved(f"{self.serial} holds {drive.barcode}, not {barcode}.")

    def rewind(self) -> None:
        """Leave the tape at its start."""
        self.tape.rewind(self.serial)

    # -- what is on them

    def look(self) -> Found:
        """Return what the tape begins with; it is rewound then."""
        self.tape.rewind(self.serial)
        block = self._first_block()
        self.tape.rewind(self.serial)
        note = read_note(block)
        if isinstance(note, Label):
            return Found(label=note)
        return Found(stranger=guess(block) if block else None)

    def stand_at(self, file: int) -> None:
        """Go to the start of a tape file, if the tape is not there; EndOfData."""
        drive = self.tape.drive(self.serial)
        if (drive.file, drive.block) != (file, 0):
            self.tape.go_to_file(self.serial, file)

    def note_at(self, file: int) -> Note | None:
        """Return what Calypso wrote as a tape file, and stand behind it; None when it is other.

        EndOfData where there is none.
        """
        self.stand_at(file)
        return read_note(parts.peek(self.tape.host, self.tape.reader(self.serial)))

    def _first_block(self) -> bytes:
        try:
            return parts.peek(self.tape.host, self.tape.reader(self.serial))
        except EndOfData:
            return b""

    def put(self, note: Note) -> Streamed:
        """Write a note as one tape file, where the tape stands; EndOfMedium."""
        writer = self.tape.writer(self.serial)
        ran = self.tape.host.run(writer, timeout_s=NOTE_TIMEOUT_S, stdin=tape_file(note))
        return stream.written([ran])

    def wind_to_end(self) -> int:
        """Stand behind all that was written, and return the number of the next tape file.

        What a writer that was cut off has left there is closed with a file mark, not overwritten.
        """
        drive = self.tape.wind_to_end(self.serial)
        if drive.block:
            drive = self.tape.write_marks(self.serial)
        if drive.file is None:
            raise PositionUnknown(f"The drive {self.serial} does not tell where its tape ends.")
        return drive.file
