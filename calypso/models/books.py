"""The books of tape: what is on record about pools, cartridges, archives and files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState, FileRecord, Place
from calypso.models.media import (
    CartridgeKind,
    Encryption,
    MediaPool,
    MediaRecord,
    MediaSet,
    MediaState,
)
from calypso.models.names import Barcode

MOST_FILES = 10_000  # in one call of `add_files`


@dataclass(frozen=True)
class FilePage:
    """Some files of an archive, in the order of FileRecord.place."""

    archive: ArchiveRecord
    items: Sequence[FileRecord]
    next_cursor: str | None


class MediaReading(Protocol):
    """What a plan may look up. All of it is of one node, whose libraries hold the cartridges."""

    def pools(self) -> list[MediaPool]:
        """List the media pools, by name."""

    def pool(self, name: str) -> MediaPool:
        """Return a media pool; MediaPoolMissing."""

    def media(self) -> list[MediaRecord]:
        """List every cartridge on record, by barcode."""

    def medium(self, barcode: str) -> MediaRecord | None:
        """Return a cartridge; None when it is not on record."""

    def sets(self, pool: str) -> list[MediaSet]:
        """List the sets of a pool that are on some cartridge still, the oldest first."""

    def archives(self, *, barcode: str | None = None) -> list[ArchiveRecord]:
        """List the archives on record, the latest first; of one cartridge if that is named."""

    def archive(self, archive_id: UUID) -> ArchiveRecord:
        """Return an archive; ArchiveMissing."""

    def files(
        self, archive_id: UUID, *, under: str = "", after: Place | None = None, limit: int = 500
    ) -> list[FileRecord]:
        """List files of an archive in the order of FileRecord.place; ArchiveMissing.

        `under`: only the file or folder of this path and all below it. `after`: the place of the
        last one of the page before.
        """

    def file(self, archive_id: UUID, path: str) -> FileRecord | None:
        """Return the last member of a path, which is what a restore leaves; None: there is none."""


class MediaBooks(MediaReading, Protocol):
    """What a running job may write, too.

    Each verb is one transaction, and may be repeated: twice is as good as once. JobFenced when the
    job is another's by now; nothing is written then.
    """

    # -- pools

    def create_pool(self, pool: MediaPool) -> None:
        """Add a pool; the same again is fine. MediaPoolExists when it differs."""

    def change_pool(self, pool: MediaPool) -> None:
        """Replace what is said about a pool; MediaPoolMissing."""

    def delete_pool(self, name: str) -> None:
        """Remove a pool; MediaPoolInUse while cartridges belong to it. A missing one is fine."""

    # -- cartridges

    def assign(
        self,
        barcode: Barcode,
        pool: str | None,
        *,
        kind: CartridgeKind,
        library: str | None,
        capacity_bytes: int | None = None,
    ) -> MediaRecord:
        """Give a cartridge to a pool, or to nobody, as scratch; returns it.

        One that is not on record is put there. One that is of this pool already stays as it is.
        MediaPoolMissing; MediumKept while it holds what is to be kept. What it held otherwise is
        gone from then on: the archives are overwritten.
        """

    def give_up(self, barcode: Barcode) -> MediaRecord:
        """Call a cartridge scratch, whatever it holds and however long that was to be kept.

        MediumUnknown; MediumKept for one that was written and cannot be written over. Its archives
        are overwritten from then on.
        """

    def remove(self, barcode: Barcode) -> None:
        """Take a cartridge that is no more off the record; a missing one is fine.

        Its archives are overwritten from then on.
        """

    def begin_medium(
        self,
        barcode: Barcode,
        pool: str,
        *,
        label: UUID,
        set_id: UUID | None = None,
        encryption: Encryption = Encryption.UNKNOWN,
        capacity_bytes: int | None = None,
    ) -> MediaRecord:
        """Note, before a cartridge is written from its start, that it is of a set from now on.

        It is open then, with this label and nothing on it. `set_id` None: of a new set, which is
        found in what is returned. MediumKept when `allocating.standing`, asked once more, says no;
        MediumUnknown, MediaPoolMissing. The archives it held are overwritten. The same label again
        changes nothing.
        """

    def note(
        self,
        barcode: Barcode,
        *,
        state: MediaState | None = None,
        reason: str | None = None,
        used_bytes: int | None = None,
        capacity_bytes: int | None = None,
        written_at: datetime | None = None,
        read_errors: int | None = None,
        write_errors: int | None = None,
        encryption: Encryption | None = None,
    ) -> MediaRecord:
        """Note what was seen of a cartridge; MediumUnknown. None: as it was.

        Only `full`, `foreign`, `damaged` and, back from those, `open` are taken for `state`. Errors
        are counts in all, never fewer than before. `written_at` moves the end of its set, too.
        """

    def locate(
        self, barcode: Barcode, *, library: str | None = None, vault: str | None = None
    ) -> MediaRecord:
        """Note where a cartridge is: in a library, in a vault, or nobody knows; MediumUnknown."""

    # -- archives

    def begin_archive(self, archive: ArchiveRecord) -> ArchiveRecord:
        """Put an archive on record as `writing`; returns what is there if it was before."""

    def put_part(self, archive_id: UUID, part: ArchivePart) -> None:
        """Note a part, when it is on the tape up to its file mark. Its number again replaces it."""

    def add_files(self, archive_id: UUID, files: Sequence[FileRecord]) -> None:
        """Note files, at most MOST_FILES at a time, each numbered one more than the one before.

        Those of the same and of higher numbers are replaced. ArchiveIncomplete when numbers are
        left out.
        """

    def end_archive(
        self,
        archive_id: UUID,
        state: ArchiveState,
        *,
        at: datetime,
        size_bytes: int,
        files: int,
        sha256: str | None = None,
    ) -> ArchiveRecord:
        """End an archive as `whole` or `broken`.

        ArchiveIncomplete, and it stays `writing`, when it is said to be whole and its parts are not
        all of its bytes, or its files not as many.
        """

    def forget_files(self) -> bool:
        """Remove some files of archives that are overwritten; True while there may be more."""
