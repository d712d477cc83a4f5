"""The catalogue of tape archives: which files are where."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, Field

from api.context import answer, house, need
from api.queries import Query
from calypso.errors import FieldError, Invalid
from calypso.models.archive import ArchiveRecord, FileRecord
from calypso.models.raw_path import meant, shown

MOST_CHARACTERS = 16_384  # of a path of 4,096 bytes, each written out

blueprint = APIBlueprint("tape", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="tape")])


class ArchivePath(BaseModel):
    """Which archive."""

    archive_id: UUID


class FilesQuery(Query):
    """Which of its files."""

    path: Annotated[str, Field(max_length=MOST_CHARACTERS)] = Field(
        default="",
        description="Only this file, or this folder and all below it. A byte that is no UTF-8 is "
        r"written \xff, a backslash \\.",
    )
    limit: int = Field(default=50, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=4000)] | None = None


class ArchiveFile(BaseModel):
    """A file of an archive. `cartridges`: those that a restore of it reads, in their order."""

    number: int = Field(description="Its place in the archive, from 0.")
    path: str = Field(description=r"A byte that is no UTF-8 is written \xff, a backslash \\.")
    kind: str = Field(description="file, folder, symlink, hardlink, device or pipe.")
    size_bytes: int
    modified_at: datetime | None
    sha256: str | None
    cartridges: list[str]


class ArchiveFiles(BaseModel):
    """Some files of an archive, by path."""

    archive: UUID
    state: str = Field(description="writing, whole, broken or overwritten.")
    items: list[ArchiveFile]
    next_cursor: str | None


@blueprint.get("/tape/archives/<uuid:archive_id>/files", responses={200: ArchiveFiles})
def list_files(path: ArchivePath, query: FilesQuery) -> Any:
    """List the files of an archive, by path; of one folder if it is named."""
    need("tape:read")
    page = house().ports.media.file_page(
        path.archive_id, under=_meant(query.path), cursor=query.cursor, limit=query.limit
    )
    return answer(
        ArchiveFiles(
            archive=page.archive.id,
            state=page.archive.state.value,
            items=[_file(one, page.archive) for one in page.items],
            next_cursor=page.next_cursor,
        )
    )


def _meant(path: str) -> str:
    try:
        return meant(path).removeprefix("./")
    except ValueError as wrong:
        told = FieldError("/path", "path", str(wrong))
        raise Invalid("The path cannot be read.", [told]) from wrong


def _file(one: FileRecord, archive: ArchiveRecord) -> ArchiveFile:
    parts = archive.parts_of(one.first_byte, one.end_byte)
    return ArchiveFile(
        number=one.number,
        path=shown(one.path),
        kind=one.kind,
        size_bytes=one.size_bytes,
        modified_at=one.modified_at,
        sha256=one.sha256,
        cartridges=list(dict.fromkeys(part.barcode for part in parts)),
    )
