"""The folder /etc/calypso as a tar, and laid out again from one."""

import grp
import io
import os
import pwd
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from calypso.drivers.postgres_client import flush
from calypso.drivers.system.refusals import BackupDamaged

INNER_MANIFEST = "manifest.json"
ETC = "etc/calypso"
SECRETS, SETTINGS = "secrets.env", "calypso.yaml"
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_]+)\s*=")


def pack(etc: Path, target: Path, manifest: str) -> None:
    """Write a tar of all files below `etc`, and what the manifest says."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT, dereference=True) as tar:
        told = tarfile.TarInfo(INNER_MANIFEST)
        told.size = len(manifest.encode())
        tar.addfile(told, io.BytesIO(manifest.encode()))
        for path in _files(etc):
            tar.add(path, f"{ETC}/{path.relative_to(etc)}", recursive=False)


def names(packed: Path) -> list[str]:
    """List the files of a tar, relative to /etc/calypso."""
    with tarfile.open(packed) as tar:
        return [str(name) for name, _ in _members(tar)]


def manifest_of(packed: Path) -> str:
    """Return what the manifest said when the tar was made."""
    with tarfile.open(packed) as tar:
        file = tar.extractfile(INNER_MANIFEST)
        return file.read().decode() if file else ""


def unpack(packed: Path, etc: Path, *, own: Mapping[str, str]) -> None:
    """Lay out every file of a tar below `etc`, each atomically; other files there stay.

    `own`: lines that `secrets.env` has instead of the tar's, by the setting's name.
    """
    with tarfile.open(packed) as tar:
        for name, member in _members(tar):
            file = tar.extractfile(member)
            content = file.read() if file else b""
            if str(name) == SECRETS:
                content = _with_own(content, own)
            _put(etc / name, content, member)


def put_aside(etc: Path, aside: Path) -> None:
    """Copy what is in /etc/calypso now, once: what was put aside first stays."""
    if etc.exists() and not aside.exists():
        partial = aside.with_name(f"{aside.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(etc, partial, symlinks=True)
        partial.rename(aside)


def name_node(etc: Path, node: str) -> None:
    """Have this machine be called `node`, where its settings say nothing else.

    Jobs, schedules and tables are kept by the node's name.
    """
    file = etc / SETTINGS
    text = file.read_text("utf-8") if file.exists() else ""
    secrets = etc / SECRETS
    says = re.search(r"^node\s*:", text, re.MULTILINE) or (
        secrets.exists()
        and re.search(r"^\s*CALYPSO_NODE\s*=", secrets.read_text("utf-8"), re.MULTILINE)
    )
    if not says:
        ending = "" if not text or text.endswith("\n") else "\n"
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o640
        told = tarfile.TarInfo(SETTINGS)
        told.mode = mode
        _put(file, f"{text}{ending}node: {node}\n".encode(), told)


def _with_own(content: bytes, own: Mapping[str, str]) -> bytes:
    kept = [
        line
        for line in content.decode().splitlines()
        if not ((told := _ASSIGNED.match(line)) and told["name"] in own)
    ]
    return ("\n".join([*kept, *own.values()]) + "\n").encode()


def _files(etc: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(etc):
        folders.sort()
        for name in sorted(files):
            path = Path(folder) / name
            if path.is_file():  # no socket, no link to nowhere
                yield path


def _members(tar: tarfile.TarFile) -> Iterator[tuple[PurePosixPath, tarfile.TarInfo]]:
    """Yield the plain files below /etc/calypso; BackupDamaged for what would lie elsewhere."""
    for member in tar:
        if member.name == INNER_MANIFEST:
            continue
        path = PurePosixPath(member.name)
        below = path.is_relative_to(ETC) and ".." not in path.parts
        if not (below and member.isfile()):
            raise BackupDamaged(f"The backup has a file {member.name!r}, which is none of its own.")
        yield path.relative_to(ETC), member


def _put(path: Path, content: bytes, like: tarfile.TarInfo) -> None:
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.partial")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _give(aside, like)
    aside.rename(path)
    flush(path.parent)


def _give(path: Path, like: tarfile.TarInfo) -> None:
    """Give a file the owner and the mode it had, where there is an account of that name."""
    if os.geteuid() == 0:
        with suppress(KeyError):
            os.chown(path, pwd.getpwnam(like.uname).pw_uid, -1)
        with suppress(KeyError):
            os.chown(path, -1, grp.getgrnam(like.gname).gr_gid)
    path.chmod(like.mode & 0o777)
