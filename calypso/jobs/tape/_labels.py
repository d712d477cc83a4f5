"""What Calypso writes about itself on a tape: small tar archives that `tar` and `dd` show as text.

Tape file 0 is the label. Before each part of an archive stands its header, behind the last part the
archive's summary. Each is one tape file with one member of JSON. docs/archives.md is for readers.
"""

import io
import json
import tarfile
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calypso.errors import Conflict
from calypso.models.archive import ArchivePart

# Each header lists the parts before it: what is on the tape is good when one behind it says so.
MOST_TOLD_PARTS = 64


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # a later release may say more

    format: Literal[1] = 1


class Label(_Written):
    """What a cartridge is. `sequence`: the how manieth of its set; without a set it is unused."""

    what: Literal["label"] = "label"
    id: UUID
    barcode: str
    pool: str
    set_id: UUID | None = None
    sequence: int = 0
    written_at: datetime
    written_by: str


class PartHeader(_Written):
    """Which part of which archive comes next. `scan`: where within a member the part begins."""

    what: Literal["part"] = "part"
    archive: UUID
    pool: str
    set_id: UUID
    source: str
    snapshot: str | None = None
    began_at: datetime
    number: int
    first_byte: int
    before: tuple[ArchivePart, ...] = ()
    files_before: int = 0
    scan: dict[str, object] | None = None


class Summary(_Written):
    """That an archive is whole: its last parts, and what all of them together are."""

    what: Literal["archive"] = "archive"
    archive: UUID
    pool: str
    set_id: UUID
    source: str
    snapshot: str | None = None
    began_at: datetime
    ended_at: datetime
    parts: int
    bytes: int
    files: int
    sha256: str
    before: tuple[ArchivePart, ...] = ()


Note = Label | PartHeader | Summary


class _Read(BaseModel):
    note: Annotated[Note, Field(discriminator="what")]


class MediumForeign(Conflict):
    """Something is on the cartridge that Calypso did not write, or not for this."""

    code = "medium_foreign"
    title = "Cartridge holds something else"


class LabelMissing(Conflict):
    """There is nothing on the cartridge, not even a label."""

    code = "medium_blank"
    title = "Cartridge has no label"


def tape_file(note: Note) -> str:
    """Return the text of the tape file that says this: a tar archive, all of it ASCII."""
    text = note.model_dump_json(indent=1).encode("ascii", "backslashreplace") + b"\n"
    member = tarfile.TarInfo(f"calypso-{note.what}.json")
    member.size, member.mode = len(text), 0o444
    member.mtime = int(datetime.now(UTC).timestamp())
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(text))
    return out.getvalue().decode("ascii")


def read_note(block: bytes) -> Note | None:
    """Return what the first block of a tape file says; None when Calypso did not write it."""
    try:
        with tarfile.open(fileobj=io.BytesIO(block), mode="r:") as archive:
            member = archive.next()
            if member is None or not member.name.startswith("calypso-"):
                return None
            file = archive.extractfile(member)
            text = file.read() if file is not None else b""
        return _Read.model_validate({"note": json.loads(text)}).note
    except (tarfile.TarError, ValidationError, ValueError):
        return None


def guess(block: bytes) -> str:
    """Say for people what the first block of a foreign tape looks like."""
    signs = (
        (block[257:262] == b"ustar", "a tar archive"),
        (block[:4] == b"VOL1", "an ANSI or IBM label"),
        (block[12:16] in (b"BB01", b"BB02"), "a volume of Bacula or Bareos"),
        (block[:4] == b"TAPE", "a tape of Microsoft Tape Format"),
        (block[:6] == b"070701", "a cpio archive"),
        (block[:4] == b"\x7fLTF" or b"LTFS" in block[:512], "an LTFS volume"),
    )
    return next((name for fits, name in signs if fits), f"{len(block)} bytes of an unknown kind")
