"""A release brought to this machine: fetched, proven, and laid out beside the others."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from calypso.drivers.system import archive, bundle
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import FetchFailed
from calypso.drivers.system.turn import turn
from calypso.host import Host

UNPACK_S = 1800.0
PATIENCE_S = httpx.Timeout(30.0)
CHUNK_BYTES = 1 << 20
MOST_BYTES = 2 << 30

Step = Callable[[int, int | None], None]  # bytes so far, of so many


@dataclass(frozen=True)
class Fetching:
    """Brings releases here. `step` hears how far it is, and may raise to end it."""

    host: Host
    layout: Layout
    step: Step = lambda _done, _total: None

    def fetch(self, source: str) -> str:
        """Bring a bundle here, from an absolute path or an https:// address; its version.

        Twice is as good as once. What does not prove to be signed by a key of this machine leaves
        nothing behind. Raises FetchFailed, and the refusals of `bundle.verify`.
        """
        with self._folder("fetching a release") as folder:
            unpacked = self._private(self._archive(source, folder), folder)
            found = bundle.verify(unpacked, bundle.read_keys(self.layout.keys))
            bundle.refuse_unfit(found)
            self._lay_out(unpacked, found.version)
        return found.version

    def verify(self, source: Path) -> bundle.Manifest:
        """Return what a bundle says of itself, proven; nothing is installed."""
        with self._folder("verifying a release") as folder:
            unpacked = source if source.is_dir() else archive.unpack(source, folder)
            return bundle.verify(unpacked, bundle.read_keys(self.layout.keys))

    def _private(self, file: Path, folder: Path) -> Path:
        """Return the bundle where nobody else can write: what is proven is what is run."""
        if file.is_dir():
            bundle.verify(file, bundle.read_keys(self.layout.keys))  # else / itself would be copied
            return Path(shutil.copytree(file, folder / "copied", symlinks=True))
        return archive.unpack(file, folder)

    def _archive(self, source: str, folder: Path) -> Path:
        if source.startswith("https://"):
            return self._download(source, folder)
        path = Path(source)
        if not path.is_absolute() or not path.exists():
            raise FetchFailed(f"{source} is no https:// address and no file of this machine.")
        return path

    def _download(self, url: str, folder: Path) -> Path:
        target = folder / f"fetched{archive.SUFFIX}"
        try:
            with httpx.stream("GET", url, timeout=PATIENCE_S, follow_redirects=True) as answer:
                answer.raise_for_status()
                self._keep(answer, target)
        except httpx.HTTPError as failed:
            raise FetchFailed(f"{url}: {failed}. Fetch it elsewhere and name the file.") from failed
        return target

    def _keep(self, answer: httpx.Response, target: Path) -> None:
        told = answer.headers.get("Content-Length", "")
        total = int(told) if told.isdigit() else None
        with target.open("wb") as file:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                file.write(chunk)
                self.step(file.tell(), total)
                if file.tell() > MOST_BYTES:
                    raise FetchFailed(f"{answer.url} is larger than any release. It is none.")

    def _lay_out(self, unpacked: Path, version: str) -> None:
        target = self.layout.release(version)
        ran = self.host.run(
            [str(unpacked / "scripts/unpack.sh"), str(unpacked), str(target)], timeout_s=UNPACK_S
        )
        if not ran.ok:
            raise FetchFailed(f"{version} cannot be laid out: {ran.complaint}", original=ran.stderr)

    @contextmanager
    def _folder(self, what: str) -> Iterator[Path]:
        """Have a folder for what is not proven yet; it is emptied before and after."""
        with turn(self.layout, what):
            folder = self.layout.upgrade / "fetched"
            shutil.rmtree(folder, ignore_errors=True)
            try:
                folder.mkdir(parents=True, mode=0o700)
                yield folder
            except OSError as failed:
                raise FetchFailed(f"Nothing was brought here: {failed}.") from failed
            finally:
                shutil.rmtree(folder, ignore_errors=True)
