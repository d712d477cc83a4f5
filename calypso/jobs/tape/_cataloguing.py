"""Writing into the books what a tape tells of itself."""

from typing import Any
from uuid import UUID

from calypso.drivers.tape import CartridgeKind, EndOfData
from calypso.errors import Conflict
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._labels import Label, MediumForeign, PartHeader, Summary
from calypso.jobs.tape._noting import file_record
from calypso.jobs.tape._scanning import Content, Scan
from calypso.jobs.tape._writing import FILES_AT_ONCE
from calypso.models import media
from calypso.models.archive import ArchiveRecord, ArchiveState, FileRecord
from calypso.models.media import MediaRecord, MediaState
from calypso.models.media_refusals import ArchiveIncomplete, ArchiveMissing
from calypso.models.running import RunningJob


class Catalogue:
    """One labelled cartridge whose content goes into the books."""

    def __init__(self, bay: Bay, label: Label, running: RunningJob, *, timeout_s: float) -> None:
        self._bay, self._label, self._running = bay, label, running
        self._books = running.media
        self._timeout_s = timeout_s
        self._header: PartHeader | None = None  # whose files are being noted
        self._files: list[FileRecord] = []
        self._is_gap = False  # files of this part lack those before them
        self._number = 0

    def run(self) -> Content:
        """Read the cartridge, note it, and return what was found."""
        self._adopt()
        scan = Scan(self._bay, self._label.barcode, self._running, timeout_s=self._timeout_s)
        content = scan.run(self._note_file)
        self._flush()
        self._note_parts(content)
        for summary in content.summaries:
            self._end(summary)
        self._note_medium(content)
        return content

    # -- the cartridge

    def _adopt(self) -> None:
        """Have the cartridge on record as what its label says; MediumForeign if that cannot be."""
        label = self._label
        record = self._books.medium(label.barcode)
        if record is not None and record.label == label.id:
            return
        if record is not None and record.is_written:
            raise MediumForeign(
                f"{label.barcode} is on record with another label, written since or before. "
                "Give it up first (tape.media_release), if the tape is right."
            )
        self._assign(record)
        if label.set_id is not None:
            set_id = self._known_set()
            self._books.begin_medium(label.barcode, label.pool, label=label.id, set_id=set_id)

    def _assign(self, record: MediaRecord | None) -> None:
        label = self._label
        seen = [one.kind for one in self._bay.tape.cartridges() if one.barcode == label.barcode]
        kind = (seen or [CartridgeKind.DATA])[0].value
        if record is None or record.pool != label.pool:
            self._books.assign(
                label.barcode, label.pool,
                kind=media.CartridgeKind(kind), library=self._bay.library,
            )  # fmt: skip

    def _known_set(self) -> UUID | None:
        """Return the set of the archive that goes on here, if the books know it."""
        try:
            header = self._bay.note_at(1)
        except EndOfData:
            return None
        if not isinstance(header, PartHeader):
            return None
        known = self._known(header.archive)
        return None if known is None else known.set_id

    def _note_medium(self, content: Content) -> None:
        ended = [one.ended_at for one in content.summaries]
        began = [one.header.began_at for one in content.found]
        self._books.note(
            self._label.barcode,
            state=MediaState.OPEN if self._label.set_id else None,
            used_bytes=content.used_bytes,
            written_at=max([self._label.written_at, *began, *ended]),
        )

    # -- archives

    def _known(self, archive: UUID) -> ArchiveRecord | None:
        try:
            return self._books.archive(archive)
        except ArchiveMissing:
            return None

    def _begin(self, header: PartHeader) -> ArchiveRecord:
        record = self._books.medium(self._label.barcode)
        media_set = None if record is None else record.media_set
        return self._books.begin_archive(
            ArchiveRecord(
                id=header.archive,
                job_id=UUID(self._running.job_id),
                pool=header.pool,
                set_id=None if media_set is None else media_set.id,
                source=header.source,
                snapshot=header.snapshot,
                began_at=header.began_at,
            )
        )

    def _note_parts(self, content: Content) -> None:
        good = content.confirmed()
        for header in (one.header for one in content.found):
            if self._begin(header).state is ArchiveState.WRITING:
                for part in header.before:
                    self._books.put_part(header.archive, part)
        for archive, found in good.items():
            self._compare(archive, {part.number: part for part in found})

    def _compare(self, archive: UUID, found: dict[int, Any]) -> None:
        known = {part.number: part for part in self._books.archive(archive).parts}
        for number, part in found.items():
            if known.get(number) != part and self._is_writing(archive):
                self._books.put_part(archive, part)
            elif known.get(number) != part:
                self._running.warn(
                    "archive_differs",
                    f"Part {number + 1} of archive {archive} is tape file {part.file} of "
                    f"{part.barcode}, which the books do not say.",
                )

    def _is_writing(self, archive: UUID) -> bool:
        return self._books.archive(archive).state is ArchiveState.WRITING

    def _end(self, summary: Summary) -> None:
        known = self._known(summary.archive)
        if known is None or known.state is not ArchiveState.WRITING:
            return
        for part in summary.before:
            self._books.put_part(summary.archive, part)
        try:
            self._books.end_archive(
                summary.archive,
                ArchiveState.WHOLE,
                at=summary.ended_at,
                size_bytes=summary.bytes,
                files=summary.files,
                sha256=summary.sha256,
            )
        except ArchiveIncomplete as refused:
            self._running.warn(
                refused.code, f"{refused.detail} Catalogue the other cartridges of its set, too."
            )

    # -- files

    def _note_file(self, header: PartHeader, told: dict[str, Any]) -> None:
        if header != self._header:
            self._flush()
            self._header, self._number = header, header.files_before
            self._is_gap = self._begin(header).state is not ArchiveState.WRITING
        self._files.append(file_record(self._number, told))
        self._number += 1
        if len(self._files) >= FILES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        files, self._files = self._files, []
        if self._header is None or self._is_gap or not files:
            return
        try:
            self._books.add_files(self._header.archive, files)
        except Conflict as refused:
            self._is_gap = True
            self._running.warn(refused.code, refused.detail)
