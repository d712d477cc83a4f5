"""A bundle: one release in one folder, or in one archive, and the proof that it is whole.

The builder of releases and whoever takes one use this same room. Nothing in a bundle is believed
before its list of checksums is: a key that this machine trusts must have signed it.
"""

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calypso.drivers.system.bundle_refusals import (
    ChecksumWrong,
    FileExtra,
    FileMissing,
    KeyUnknown,
    ManifestWrong,
    PlatformUnfit,
    PythonUnfit,
)
from calypso.drivers.system.minisign import PublicKey
from calypso.drivers.system.minisign import verify as verify_signature

MANIFEST, SUMS, SIGNATURE = "manifest.json", "SHA256SUMS", "SHA256SUMS.minisig"
# It names a folder, and a wheel: letters, digits and what PEP 440 uses between them.
Version = Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.+!]{0,63}$")]
SUM_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


class Manifest(BaseModel):
    """What a release says of itself. A later one may say more; that is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Version
    commit: str = Field(description="What it was built of.")
    built: str = Field(description="When that was made, UTC, ISO 8601.")
    schema_: str = Field(alias="schema", description="The migration that it needs.")
    pythons: tuple[str, ...] = Field(min_length=1, description="The Pythons it has wheels for.")
    platform: str

    def text(self) -> str:
        """Return what manifest.json holds."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=1) + "\n"


def verify(folder: Path, keys: Sequence[PublicKey]) -> Manifest:
    """Return the manifest of a bundle that is exactly what one of the keys signed.

    Raises FileMissing, SignatureWrong, KeyUnknown, ChecksumWrong, FileExtra, ManifestWrong.
    """
    sums = _read(folder, SUMS)
    verify_signature(sums, _text(_read(folder, SIGNATURE), SIGNATURE), keys)
    listed = read_sums(_text(sums, SUMS))
    _refuse_extra(folder, listed)
    for name, wanted in listed.items():
        if not (folder / name).is_file():
            raise FileMissing(f"{name} is missing in {folder}. Fetch the bundle again.")
        if digest(folder / name) != wanted:
            raise ChecksumWrong(f"{name} in {folder} is damaged. Fetch the bundle again.")
    return manifest(folder)


def manifest(folder: Path) -> Manifest:
    """Return what the bundle or the release in a folder says of itself, unproven.

    Raises FileMissing, ManifestWrong.
    """
    try:
        return Manifest.model_validate_json(_read(folder, MANIFEST))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ManifestWrong(
            f"{folder / MANIFEST}: {field}: {first['msg']}. Fetch the bundle again, or one of "
            "an older release."
        ) from wrong


def refuse_unfit(
    found: Manifest, *, python: tuple[int, int] | None = None, machine: str | None = None
) -> None:
    """Raise PlatformUnfit or PythonUnfit when the release cannot run on this machine."""
    here = machine or f"{sys.platform}_{platform.machine()}"
    if found.platform != here:
        raise PlatformUnfit(
            f"Release {found.version} is for {found.platform}, this machine is {here}. Take the "
            "bundle for it."
        )
    major, minor = python or sys.version_info[:2]
    if f"{major}.{minor}" not in found.pythons:
        raise PythonUnfit(
            f"Release {found.version} has wheels for Python {', '.join(found.pythons)}, and here "
            f"is {major}.{minor}. Install one of those, or take a release for this one."
        )


def read_keys(folder: Path) -> tuple[PublicKey, ...]:
    """Return the keys of all .pub files of a folder, by name; KeyUnknown when there is none."""
    found = tuple(
        PublicKey.read(_text(path.read_bytes(), str(path)), name=str(path))
        for path in sorted(folder.glob("*.pub"))
    )
    if not found:
        raise KeyUnknown(
            f"There is no key in {folder}, so no release can be trusted. Put the .pub file of "
            "whoever makes your releases there."
        )
    return found


def write_sums(folder: Path) -> bytes:
    """Write the list of checksums of all that is in a folder, and return it."""
    names = sorted(str(path.relative_to(folder)) for path in files(folder))
    lines = [
        f"{digest(folder / name)}  {name}\n" for name in names if name not in {SUMS, SIGNATURE}
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return "".join(lines).encode()


def read_sums(text: str) -> Mapping[str, str]:
    """Return each file's checksum; ChecksumWrong when this is no such list, or leads outside."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = SUM_LINE.fullmatch(line)
        if match is None or not is_inside(match[2]) or match[2] in found:
            raise ChecksumWrong(f"{SUMS}: {line!r} is no line of such a list. Fetch it again.")
        found[match[2]] = match[1]
    return found


def is_inside(name: str) -> bool:
    """Tell whether a path, relative and plain, leads nowhere else than below."""
    path = PurePosixPath(name)
    return name == str(path) and not path.is_absolute() and ".." not in path.parts and name != "."


def files(folder: Path) -> Iterator[Path]:
    """Return all below a folder that is not a folder itself, links too."""
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_extra(folder: Path, listed: Mapping[str, str]) -> None:
    for path in sorted(files(folder)):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            raise FileExtra(f"{name} in {folder} is a link; a bundle has none. Fetch it again.")
        if name not in listed and name not in {SUMS, SIGNATURE}:
            raise FileExtra(
                f"{name} in {folder} is not of this release: nobody signed it. Remove it, or fetch "
                "the bundle again."
            )


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as missing:
        raise FileMissing(
            f"{name} cannot be read in {folder} ({missing.strerror}): this is no bundle, or not a "
            "whole one. Fetch it again."
        ) from missing


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise ChecksumWrong(f"{name} is not text. Fetch the bundle again.") from wrong
