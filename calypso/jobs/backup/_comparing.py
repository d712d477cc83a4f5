"""Compares restored files with what the catalog has recorded of them, and with their source."""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from calypso.drivers.backup import SampledFile
from calypso.models.raw_path import shown

BLOCK_BYTES = 1 << 20
DIGESTS = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}  # by their length in bytes


class Compared(BaseModel):
    """How many files were looked at, and what is wrong with which; paths as people see them."""

    model_config = ConfigDict(frozen=True)

    files: int
    bytes: int
    by_checksum: int
    by_source: int
    wrong: tuple[str, ...]


def compared(
    files: Sequence[SampledFile], restored: Path, source: Path | None, step: Callable[[int], None]
) -> Compared:
    """Return how restored files compare; `source`: where they came from, if it can be read here.

    `step` is called with the number of bytes read. A source that was changed since is passed.
    """
    read, by_checksum, by_source = 0, 0, 0
    wrong: list[str] = []
    for file in files:
        below = file.path.lstrip("/")
        found = _digested(restored / below, file, step)
        read += file.size_bytes
        if found is None:
            wrong.append(f"{shown(file.path)} was not restored as it was recorded")
            continue
        if file.checksum:
            by_checksum += 1
            if found != _plain(file.checksum):
                wrong.append(f"{shown(file.path)} has another checksum than the catalog recorded")
        if source is not None and _is_unchanged(source / below, file):
            by_source += 1
            if _digested(source / below, file, step) != found:
                wrong.append(f"{shown(file.path)} differs from its source")
    return Compared(
        files=len(files),
        bytes=read,
        by_checksum=by_checksum,
        by_source=by_source,
        wrong=tuple(wrong),
    )


def _digested(path: Path, file: SampledFile, step: Callable[[int], None]) -> bytes | None:
    """Return the digest of a file; None when it is not there, or of another size."""
    digest = hashlib.new(_algorithm(file.checksum), usedforsecurity=False)
    try:
        with open(path, "rb", opener=_no_link) as stream:
            if os.fstat(stream.fileno()).st_size != file.size_bytes:
                return None
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
                step(len(block))
    except OSError:
        return None
    return digest.digest()


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _is_unchanged(path: Path, file: SampledFile) -> bool:
    """Tell whether a source has the size and the time that were recorded."""
    try:
        now = path.lstat()
    except OSError:
        return False
    return (
        stat.S_ISREG(now.st_mode)
        and now.st_size == file.size_bytes
        and int(now.st_mtime) == int(file.modified_at.timestamp())
    )


def _algorithm(checksum: str) -> str:
    return DIGESTS.get(len(_plain(checksum)), "sha256")


def _plain(checksum: str) -> bytes:
    """Return the bytes of a checksum in base64, as Bacula writes it: without padding."""
    try:
        return base64.b64decode(checksum + "=" * (-len(checksum) % 4), validate=True)
    except binascii.Error:
        return b""
