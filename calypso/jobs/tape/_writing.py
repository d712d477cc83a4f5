"""Writing an archive: one stream, cut into parts, each a tape file behind its header."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from calypso.drivers.tape import BLOCK_BYTES, EndOfMedium, MediumDamaged, parts
from calypso.errors import CalypsoError, JobCancelled, JobFenced
from calypso.host import Ran
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._labels import MOST_TOLD_PARTS, PartHeader, Summary, tape_file
from calypso.jobs.tape._noting import file_record
from calypso.jobs.tape._source import Stream
from calypso.jobs.tape._supply import Mounted, Supply
from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState, FileRecord
from calypso.models.clock import now
from calypso.models.media import MediaState
from calypso.models.running import RunningJob

FILES_AT_ONCE = 5_000
MOST_SCAN_BYTES = 64 << 10  # of a header; where a member's own headers are longer, it is left out


class Writing:
    """One archive that is being written, or gone on with."""

    def __init__(
        self, archive: ArchiveRecord, stream: Stream, bay: Bay, supply: Supply, running: RunningJob
    ) -> None:
        self._stream, self._bay, self._supply, self._running = stream, bay, supply, running
        self._archive = archive
        self._books = running.media
        self._parts = list(archive.parts)
        self._begun_bytes = self.bytes
        self._at: Mounted | None = None
        self._files: list[FileRecord] = []
        self._file_count = 0
        self._scan: dict[str, Any] | None = None
        self._sha256 = self._told_header = ""

    @property
    def bytes(self) -> int:
        """How much of the stream is on tapes for good."""
        return self._parts[-1].end_byte if self._parts else 0

    def run(self) -> ArchiveRecord:
        """Write the archive to its end, and return it as it is on record then.

        What a cancel or a failure leaves on the tape is closed with a file mark, and the books
        call the archive broken; only what may be tried again stays `writing`.
        """
        try:
            self._write()
            self._conclude()
            return self._end(ArchiveState.WHOLE)
        except JobCancelled as stopped:
            with self._running.tidying():
                self._end(ArchiveState.BROKEN)
                self._bay.tape.rewind(self._bay.serial)
            raise JobCancelled(
                f"Cancelled after {self.bytes} bytes. They stay until their set expires."
            ) from stopped
        except JobFenced:
            raise
        except CalypsoError as failed:
            if not (self._stream.is_tried_again and getattr(failed, "transient", False)):
                self._end(ArchiveState.BROKEN)
            raise

    def _write(self) -> None:
        folder = Path(self._running.secrets_path) / f"writing-{uuid4().hex}"
        with parts.Desk(folder) as desk:
            written = [(part.size_bytes, part.sha256 or "") for part in self._parts]
            ran = self._bay.tape.host.pipe(
                [self._stream.maker, desk.writer(BLOCK_BYTES, written)],
                timeout_s=self._stream.timeout_s,
                on_line=lambda stage, line: self._hear(desk, stage, line),
            )
        self._judge(ran[0], ran[-1])

    def _judge(self, maker: Ran, tape: Ran) -> None:
        try:
            parts.ended(tape)
        except MediumDamaged as damaged:
            if self._at is not None:
                self._books.note(self._at.barcode, state=MediaState.DAMAGED, reason=str(damaged))
            raise
        self._stream.judge(maker)

    # -- what the program at the tape says

    def _hear(self, desk: parts.Desk, stage: int, line: str) -> bool | None:
        if stage == 0:
            return self._stream.hear(line)
        word, told = parts.heard(line)
        if word == "entry":
            self._note_file(told)
        elif word == "ready":
            self._file_count = int(told["entries"])
            self._scan = told["scan"] if self._parts else None
            self._begin_part(desk)
        elif word == "part":
            self._end_part(desk, told)
        elif word == "bytes":
            self._running.report(done=self._begun_bytes + int(told["bytes"]), unit="bytes")
        return bool(word)

    def _begin_part(self, desk: parts.Desk) -> None:
        self._at = self._at or self._next()
        phase = f"writing part {len(self._parts) + 1} to {self._at.barcode}"
        self._running.report(phase=phase, done=self.bytes, unit="bytes")
        self._told_header = tape_file(self._header())
        desk.write(
            self._bay.tape.writer(self._bay.serial),
            header=self._told_header,
            most_bytes=self._stream.part_bytes,
        )

    def _end_part(self, desk: parts.Desk, told: dict[str, Any]) -> None:
        if told["has_header"]:
            self._take_part(told)
        if told.get("is_last"):
            desk.end()
            return
        if told.get("is_full", True):
            self._leave_full()
        self._begin_part(desk)

    def _take_part(self, told: dict[str, Any]) -> None:
        self._flush_files()
        self._advance(len(self._told_header))
        if told["bytes"]:
            self._note_part(told)
        self._sha256, self._scan = told["whole_sha256"], told["scan"]
        self._advance(told["bytes"])

    # -- tape files

    def _conclude(self) -> None:
        """Write the summary where it fits: on this cartridge, or on the next one."""
        while True:
            self._at = self._at or self._next()
            told = self._summary()
            try:
                self._bay.put(told)
            except EndOfMedium:
                self._leave_full()
            else:
                self._advance(len(tape_file(told)))
                return

    def _next(self) -> Mounted:
        mounted = self._supply.next(continuing=self._archive.set_id)
        if self._archive.set_id is None:
            begun = self._archive.model_copy(update={"set_id": mounted.set_id})
            self._archive = self._books.begin_archive(begun)
        return mounted

    def _advance(self, size_bytes: int) -> None:
        """Note that one more tape file is on the cartridge."""
        assert self._at is not None  # noqa: S101 - something was just written to it
        barcode, used = self._at.barcode, self._books.medium(self._at.barcode)
        total = size_bytes + (used.used_bytes if used is not None else 0)
        self._books.note(barcode, used_bytes=total, written_at=now())
        self._at = Mounted(barcode, self._at.set_id, self._at.file + 1)

    def _leave_full(self) -> None:
        assert self._at is not None  # noqa: S101 - it just refused more
        self._books.note(self._at.barcode, state=MediaState.FULL)
        self._supply.spend(self._at.barcode)
        self._at = None

    # -- the books

    def _note_part(self, told: dict[str, Any]) -> None:
        assert self._at is not None  # noqa: S101 - a part was just written to it
        part = ArchivePart(
            number=len(self._parts),
            barcode=self._at.barcode,
            file=self._at.file,
            first_byte=told["offset"],
            size_bytes=told["bytes"],
            sha256=told["sha256"],
        )
        self._books.put_part(self._archive.id, part)
        self._parts.append(part)

    def _note_file(self, told: dict[str, Any]) -> None:
        self._files.append(file_record(self._file_count, told))
        self._file_count += 1
        if len(self._files) >= FILES_AT_ONCE:
            self._flush_files()

    def _flush_files(self) -> None:
        if self._files:
            self._books.add_files(self._archive.id, self._files)
            self._files = []

    def _end(self, state: ArchiveState) -> ArchiveRecord:
        if self._archive.set_id is None:
            return self._archive  # nothing of it is on any tape, nor on record
        return self._books.end_archive(
            self._archive.id,
            state,
            at=now(),
            size_bytes=self.bytes,
            files=self._file_count,
            sha256=self._sha256 or None,
        )

    def _header(self) -> PartHeader:
        scan = self._scan
        if scan is not None and len(str(scan)) > MOST_SCAN_BYTES:
            scan = None
        return PartHeader(
            **self._about(),
            number=len(self._parts),
            first_byte=self.bytes,
            before=tuple(self._parts[-MOST_TOLD_PARTS:]),
            files_before=self._file_count,
            scan=scan,
        )

    def _summary(self) -> Summary:
        return Summary(
            **self._about(),
            ended_at=now(),
            parts=len(self._parts),
            bytes=self.bytes,
            files=self._file_count,
            sha256=self._sha256,
            before=tuple(self._parts[-MOST_TOLD_PARTS:]),
        )

    def _about(self) -> dict[str, Any]:
        one = self._archive
        return {
            "archive": one.id,
            "pool": one.pool,
            "set_id": one.set_id,
            "source": one.source,
            "snapshot": one.snapshot,
            "began_at": one.began_at,
        }
