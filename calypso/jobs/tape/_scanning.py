"""What is on a cartridge, told by the tape alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from calypso.drivers.tape import EndOfData, parts
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._labels import PartHeader, Summary
from calypso.models.archive import ArchivePart
from calypso.models.running import RunningJob

Told = dict[str, Any]
OnEntry = Callable[[PartHeader, Told], None]


@dataclass(frozen=True)
class FoundPart:
    """A tape file behind the header of a part. It may have been cut off."""

    header: PartHeader
    part: ArchivePart
    is_broken: bool  # it is no tar stream from some point on


@dataclass
class Content:
    """Everything that Calypso has written on one cartridge, in the order of the tape."""

    found: list[FoundPart] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    files: int = 0  # on the tape
    used_bytes: int = 0

    def confirmed(self, elsewhere: Sequence["Content"] = ()) -> dict[UUID, list[ArchivePart]]:
        """Return the parts that something behind them calls good, by archive.

        A part at the end of a cartridge is called good on the next one.
        """
        told = {
            (archive, part)
            for content in (self, *elsewhere)
            for archive, before in content.told_before()
            for part in before
        }
        good: dict[UUID, list[ArchivePart]] = {}
        for one in self.found:
            if (one.header.archive, one.part) in told:
                good.setdefault(one.header.archive, []).append(one.part)
        return good

    def told_before(self) -> Iterator[tuple[UUID, tuple[ArchivePart, ...]]]:
        """Yield which parts of which archive each note calls good."""
        yield from ((one.header.archive, one.header.before) for one in self.found)
        yield from ((one.archive, one.before) for one in self.summaries)


class Scan:
    """Reads the cartridge in a drive from its start to its end."""

    def __init__(self, bay: Bay, barcode: str, running: RunningJob, *, timeout_s: float) -> None:
        self._bay, self._barcode, self._running = bay, barcode, running
        self._timeout_s = timeout_s
        self._content = Content()
        self._file = 1  # 0 is the label
        self._header: PartHeader | None = None

    def run(self, on_entry: OnEntry = lambda _header, _told: None) -> Content:
        """Return what is on it; the caller has seen to the label."""
        with parts.Desk(Path(self._running.secrets_path) / f"scan-{uuid4().hex}") as desk:

            def hear(_stage: int, line: str) -> bool:
                word, told = parts.heard(line)
                if word == "entry" and self._header is not None:
                    on_entry(self._header, told)
                elif word == "bytes":
                    self._running.report(done=int(told["bytes"]), unit="bytes")
                elif word == "part":
                    self._take(told)
                if word in ("ready", "part"):
                    self._go_on(desk)
                return bool(word)

            ran = self._bay.tape.host.pipe(
                [desk.scanner()], timeout_s=self._timeout_s, on_line=hear
            )
        parts.ended(ran[0])
        return self._content

    def _go_on(self, desk: parts.Desk) -> None:
        """Order the next tape file that holds data to be read."""
        while True:
            self._running.report(phase=f"reading tape file {self._file} of {self._barcode}")
            try:
                note = self._bay.note_at(self._file)
            except EndOfData:
                self._content.files = self._file
                desk.end()
                return
            if note is None and self._header is not None:
                self._bay.stand_at(self._file)
                reader = self._bay.tape.reader(self._bay.serial)
                desk.read(reader, entries=True, scan=self._header.scan)
                return
            self._header = note if isinstance(note, PartHeader) else None
            if isinstance(note, Summary):
                self._content.summaries.append(note)
            self._file += 1

    def _take(self, told: Told) -> None:
        header = self._header
        assert header is not None  # noqa: S101 - only what has one is read
        part = ArchivePart(
            number=header.number,
            barcode=self._barcode,
            file=self._file,
            first_byte=header.first_byte,
            size_bytes=told["bytes"],
            sha256=told["sha256"],
        )
        self._content.found.append(FoundPart(header, part, told["is_broken"]))
        self._content.used_bytes += told["bytes"]
        self._header = None
        self._file += 1
