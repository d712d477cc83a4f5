"""Reading parts of archives back: which cartridges, which tape files, which stretches of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from calypso.drivers.tape import CartridgeMissing, EndOfData, MediumDamaged, parts
from calypso.errors import Conflict
from calypso.host import Argv, OnLine, Ran
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._labels import MediumForeign, PartHeader
from calypso.models.archive import ArchivePart, ArchiveRecord
from calypso.models.running import RunningJob

Told = dict[str, Any]
Stretch = tuple[int, int]  # [from, to) in bytes


class ArchiveDamaged(Conflict):
    """What is read back is not what was written."""

    code = "archive_damaged"
    title = "Archive is damaged"


@dataclass(frozen=True)
class Piece:
    """A part, and what of it is wanted: stretches of the part in order; None: all of it."""

    part: ArchivePart
    keep: tuple[Stretch, ...] | None = None

    @property
    def bytes(self) -> int:
        """How much of the tape file must be read for it."""
        return self.part.size_bytes if self.keep is None else self.keep[-1][1]


def all_pieces(archive: ArchiveRecord) -> list[Piece]:
    """Return the whole of an archive."""
    return [Piece(part) for part in archive.parts]


def pieces_of(archive: ArchiveRecord, stretches: Sequence[Stretch]) -> list[Piece]:
    """Return what must be read for some stretches of the stream, which lie in order."""
    found = []
    for part in archive.parts:
        first, end = part.first_byte, part.end_byte
        keep = tuple(
            (max(begin, first) - first, min(to, end) - first)
            for begin, to in stretches
            if begin < end and first < to
        )
        if keep:
            found.append(Piece(part, keep))
    return found


@dataclass
class Reading:
    """Pieces that are read one after the other through one drive."""

    archive: ArchiveRecord
    pieces: Sequence[Piece]
    bay: Bay
    running: RunningJob
    timeout_s: float
    on_part: Callable[[ArchivePart, Told], None] = lambda _part, _told: None
    _turn: int = 0
    _done_bytes: int = 0
    _tape_files: list[tuple[str, int]] = field(default_factory=list)

    def refuse_missing(self) -> None:
        """Raise CartridgeMissing, naming every cartridge that is needed and is not there."""
        needed = list(dict.fromkeys(piece.part.barcode for piece in self.pieces))
        if missing := self.bay.missing(needed):
            raise CartridgeMissing(
                f"Archive {self.archive.id} needs {', '.join(needed)}, in this order. Not in "
                f"library {self.bay.library}: {', '.join(missing)}. {self._where(missing)}"
            )

    def _where(self, barcodes: Sequence[str]) -> str:
        records = filter(None, map(self.running.media.medium, barcodes))
        away = [f"{one.barcode} is in vault {one.vault}." for one in records if one.vault]
        return " ".join([*away, "Put them in, and try again."])

    def through(self, sink: Argv, hear: OnLine) -> tuple[Ran, ...]:
        """Read all pieces into a program; `hear` gets its lines. Judge its end yourself."""
        with parts.Desk(self._folder()) as desk:

            def heard(stage: int, line: str) -> bool | None:
                return hear(line) if stage else self.hear(desk, line)

            return self.bay.tape.host.pipe(
                [desk.reader(), sink], timeout_s=self.timeout_s, on_line=heard
            )

    def alone(self) -> None:
        """Read all pieces and throw them away; their digests are compared."""
        with parts.Desk(self._folder()) as desk:
            ran = self.bay.tape.host.pipe(
                [desk.scanner()],
                timeout_s=self.timeout_s,
                on_line=lambda _stage, line: self.hear(desk, line),
            )
        self.judge(ran[0])

    def judge(self, ran: Ran) -> None:
        """Raise what the program at the tape ended with; what a medium did wrong is noted."""
        try:
            parts.ended(ran)
        except (MediumDamaged, EndOfData) as damaged:
            barcode = self._piece.part.barcode
            self._note_error(barcode)
            raise ArchiveDamaged(f"{self._told()} cannot be read: {damaged}") from damaged

    # -- what the program at the tape says

    def hear(self, desk: parts.Desk, line: str) -> bool:
        """Take a line of the program that reads, and give it its next order.

        False for what it did not say to us.
        """
        word, told = parts.heard(line)
        if word == "ready":
            self._begin(desk)
        elif word == "part":
            self._end(desk, told)
        elif word == "bytes":
            total = sum(piece.bytes for piece in self.pieces)
            done = min(int(told["bytes"]), total)
            self.running.report(done=done, total=total, unit="bytes")
        return bool(word)

    def _begin(self, desk: parts.Desk) -> None:
        if self._turn == len(self.pieces):
            desk.end()
            return
        part = self._piece.part
        find(self.bay, self.archive, part)
        self.running.report(phase=f"reading part {part.number + 1} from {part.barcode}")
        desk.read(self.bay.tape.reader(self.bay.serial), keep=self._piece.keep)

    def _end(self, desk: parts.Desk, told: Told) -> None:
        part = self._piece.part
        if told["is_whole"] and (told["sha256"], told["bytes"]) != (part.sha256, part.size_bytes):
            self._note_error(part.barcode)
            raise ArchiveDamaged(f"{self._told()} is not what was written: its digest differs.")
        self.on_part(part, told)
        self._turn += 1
        self._begin(desk)

    @property
    def _piece(self) -> Piece:
        return self.pieces[self._turn]

    def _told(self) -> str:
        part = self._piece.part
        return (
            f"Part {part.number + 1} of archive {self.archive.id}, "
            f"tape file {part.file} of {part.barcode},"
        )

    def _note_error(self, barcode: str) -> None:
        record = self.running.media.medium(barcode)
        if record is not None:
            self.running.media.note(barcode, read_errors=record.read_errors + 1)

    def _folder(self) -> Path:
        return Path(self.running.secrets_path) / f"reading-{uuid4().hex}"


def find(bay: Bay, archive: ArchiveRecord, part: ArchivePart) -> None:
    """Have the tape stand at the start of a part; MediumForeign when it is not there."""
    bay.bring(part.barcode)
    try:
        header = bay.note_at(part.file - 1)
    except EndOfData:
        header = None
    if not isinstance(header, PartHeader) or (header.archive, header.number) != (
        archive.id,
        part.number,
    ):
        raise MediumForeign(
            f"Tape file {part.file} of {part.barcode} is not part {part.number + 1} of archive "
            f"{archive.id}. See what is on it with tape.media_catalog."
        )
    bay.stand_at(part.file)
