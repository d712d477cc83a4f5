r"""Names and paths as Bacula's parsers take them: nothing in them can end a directive, or run.

Two kinds of path. What a fileset includes may be any in UTF-8; it is quoted. A directive that
takes a folder is expanded by a shell while the file is parsed, by `-t` too, once it holds one of
`\ $ ~ " ' ` < > * ? [ ]`; so those, and all that is no letter, digit or plain sign, are refused.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_NAME_LENGTH = 127  # MAX_NAME_LENGTH of Bacula, without the closing zero
MAX_JOB_NAME_LENGTH = 100  # a run's name adds date, time and number, and is cut at 127
MAX_DEVICE_NAME_LENGTH = 120  # its drives add `-` and their number
MAX_PATH_LENGTH = 900
_NAME = r"^[A-Za-z0-9]([A-Za-z0-9 ._:-]*[A-Za-z0-9._:-])?$"
# No control characters, and not the sign that stands for a byte that is no UTF-8.
_PLAIN = r"[^\x00-\x1f\x7f\ufffd]"

BackupName = Annotated[
    str, StringConstraints(pattern=_NAME, max_length=MAX_NAME_LENGTH), Field(examples=["local-fd"])
]
BackupJobName = Annotated[
    str,
    StringConstraints(pattern=_NAME, max_length=MAX_JOB_NAME_LENGTH),
    Field(examples=["mail nightly"]),
]
# What a storage daemon writes on a volume: no blanks, and not `.` first.
VolumeName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=MAX_NAME_LENGTH),
    Field(examples=["Disk-0001"]),
]
DeviceName = Annotated[
    str,
    StringConstraints(pattern=_NAME, max_length=MAX_DEVICE_NAME_LENGTH),
    Field(examples=["DiskChanger"]),
]
DaemonAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9:]([A-Za-z0-9.:-]*[A-Za-z0-9])?$", max_length=253),
    Field(examples=["mail.example.org", "192.0.2.7"]),
]
FilesetPath = Annotated[
    str,
    StringConstraints(pattern=rf"^(/|[A-Za-z]:/){_PLAIN}*$", max_length=MAX_PATH_LENGTH),
    Field(examples=["/home", "C:/Users"]),
]
FilesetPattern = Annotated[
    str,
    StringConstraints(pattern=rf"^{_PLAIN}+$", max_length=MAX_PATH_LENGTH),
    Field(examples=["*.o", "/home/*/.cache"]),
]
FolderPath = Annotated[
    str,
    StringConstraints(pattern=r"^/[\w .,+@%=:/-]*$", max_length=MAX_PATH_LENGTH),
    Field(examples=["/var/lib/calypso/restored"]),
]
# A prefix: the director appends a number of four digits. No `$` or `%`: those begin an expansion.
LabelPrefix = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64),
    Field(examples=["Disk-"]),
]
Port = Annotated[int, Field(ge=1, le=65535)]
# Bacula reads sizes and rates as floating point: above this they would not be what was written.
MAX_EXACT = 1 << 53
Bytes = Annotated[int, Field(ge=0, le=MAX_EXACT)]
DurationS = Annotated[int, Field(ge=0, le=200 * 366 * 86400)]


class BackupResource(BaseModel):
    """A resource of a backup product's configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)
