"""Which stretches of an archive's stream hold the paths that somebody wants back."""

from collections.abc import Iterator, Sequence

from calypso.errors import NotFound
from calypso.models.archive import ArchiveRecord, FileRecord
from calypso.models.books import MediaReading
from calypso.models.raw_path import meant, shown

PAGE = 5_000


class PathMissing(NotFound):
    """There is no such path in the archive."""

    code = "archive_path_missing"
    title = "No such path in the archive"


def stretches(
    books: MediaReading, archive: ArchiveRecord, paths: Sequence[str]
) -> list[tuple[int, int]]:
    """Return where in the stream the paths are, folders with all below: in order, joined."""
    found = sorted(
        (one.first_byte, one.end_byte) for path in paths for one in _members(books, archive, path)
    )
    joined: list[tuple[int, int]] = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _members(books: MediaReading, archive: ArchiveRecord, path: str) -> Iterator[FileRecord]:
    raw = meant(path).removeprefix("./").rstrip("/")
    one = books.file(archive.id, raw)
    if one is not None and one.kind != "folder":
        yield one
        return
    count = 0
    for count, below in enumerate(_below(books, archive, raw), start=1):  # noqa: B007 - counted
        yield below
    if not count:
        raise PathMissing(f"There is no {shown(raw)} in archive {archive.id}.")


def _below(books: MediaReading, archive: ArchiveRecord, folder: str) -> Iterator[FileRecord]:
    page = books.files(archive.id, under=folder, limit=PAGE)
    while page:
        yield from page
        page = books.files(archive.id, under=folder, after=page[-1].place, limit=PAGE)
