"""A bundle as one file: a tar in zstd, packed the same each time, unpacked with distrust."""

import os
import shutil
import tarfile
from pathlib import Path
from typing import IO

import zstandard

from calypso.drivers.system import bundle
from calypso.drivers.system.bundle_refusals import ArchiveWrong

SUFFIX = ".tar.zst"
# Wheels are packed already: more effort gains less than a hundredth.
LEVEL = 3
# No release is near it, and an archive that unpacks for ever ends here.
MAX_BYTES = 4 << 30
READ_BYTES = 1 << 20


def pack(folder: Path, target: Path, *, at: int) -> None:
    """Write a folder as an archive: the same bytes for the same files, all dated `at` (Unix time).

    Killed half-way, it leaves `target` as it was.
    """
    aside = target.with_name(f"{target.name}.partial")
    compressor = zstandard.ZstdCompressor(level=LEVEL, threads=0, write_checksum=True)
    with aside.open("wb") as file, compressor.stream_writer(file, closefd=False) as packed:
        with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for path in [folder, *sorted(folder.rglob("*"))]:
                _add(tar, path, name=str(path.relative_to(folder.parent)), at=at)
        packed.flush(zstandard.FLUSH_FRAME)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(target)


def unpack(archive: Path, into: Path) -> Path:
    """Unpack an archive below a folder and return the one folder that was in it.

    Nothing in it is proven yet: see `bundle.verify`. Killed half-way, it leaves a `.partial`
    folder, which the next call removes. Raises ArchiveWrong, OSError.
    """
    aside = into / f"{archive.name}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True, mode=0o700)
    try:
        top = _unpack(archive, aside)
        target = into / top
        if target.exists():
            shutil.rmtree(target)
        (aside / top).rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _add(tar: tarfile.TarFile, path: Path, *, name: str, at: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.mtime = at
    if path.is_dir():
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(entry)
        return
    entry.size = path.stat().st_size
    entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
    with path.open("rb") as content:
        tar.addfile(entry, content)


def _unpack(archive: Path, into: Path) -> str:
    """Write what is in the archive; return the name of its one top folder."""
    tops: set[str] = set()
    left_bytes = MAX_BYTES
    try:
        with (
            archive.open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file) as packed,
            tarfile.open(fileobj=packed, mode="r|") as tar,
        ):
            for entry in tar:
                left_bytes = _counted(archive, left_bytes, entry.size)
                _write(tar, entry, into, archive.name)
                tops.add(entry.name.partition("/")[0])
            while rest := packed.read(READ_BYTES):  # the checksum stands behind the last file
                left_bytes = _counted(archive, left_bytes, len(rest))
    except (FileExistsError, NotADirectoryError) as twice:
        raise ArchiveWrong(
            f"{archive.name} holds {twice.filename} twice. Do not use it."
        ) from twice
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as damaged:
        raise ArchiveWrong(
            f"{archive.name} is damaged or no archive of this kind ({damaged}). Fetch it again."
        ) from damaged
    if len(tops) != 1:
        raise ArchiveWrong(f"{archive.name} holds {len(tops)} folders where a bundle has one.")
    return tops.pop()


def _counted(archive: Path, left_bytes: int, more_bytes: int) -> int:
    """Return how much more there may be; ArchiveWrong when it is too much."""
    if more_bytes > left_bytes:
        raise ArchiveWrong(f"{archive.name} unpacks to more than any release does.")
    return left_bytes - more_bytes


def _write(tar: tarfile.TarFile, entry: tarfile.TarInfo, into: Path, archive: str) -> None:
    """Write one entry: files and folders only, with no owner and no right but to run."""
    if not bundle.is_inside(entry.name) or not (entry.isreg() or entry.isdir()):
        raise ArchiveWrong(
            f"{archive} holds {entry.name!r}, and a bundle holds plain files and folders below "
            "its own folder only. Do not use it; fetch it again from where you trust."
        )
    target = into / entry.name
    if entry.isdir():
        target.mkdir(parents=True, exist_ok=True, mode=0o755)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(_content(tar, entry), file)
        os.fchmod(file.fileno(), 0o755 if entry.mode & 0o100 else 0o644)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry)
    if content is None:
        raise ArchiveWrong(f"{entry.name} cannot be read in the archive. Fetch it again.")
    return content
