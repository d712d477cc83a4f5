"""Files locked with age, so that its own program opens them too: age-encryption.org/v1.

Each backup has a key of its own. Whoever has the passphrase opens that key (`key.age`), whoever
has the private key of a recipient needs none of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import pyrage  # type: ignore[import-untyped]  # it has no types
from pydantic import SecretStr

from calypso.drivers.system.refusals import BackupLocked, KeyUnusable

MIN_PASSPHRASE = 12  # characters; a backup is attacked where nobody sees it
T = TypeVar("T")
Step = Callable[[int], None]


@dataclass(frozen=True)
class Lock:
    """Who may open a backup: who knows the passphrase, and who has the key of a recipient."""

    passphrase: SecretStr | None = None
    recipients: Sequence[str] = ()

    def check(self) -> None:
        """Refuse what would lock nothing, or lock everybody out."""
        if self.passphrase is None and not self.recipients:
            raise KeyUnusable("Name a passphrase or a recipient: a backup holds all secrets.")
        if self.passphrase and len(self.passphrase.get_secret_value()) < MIN_PASSPHRASE:
            raise KeyUnusable(f"A passphrase has at least {MIN_PASSPHRASE} characters.")
        for recipient in self.recipients:
            _recipient(recipient)


@dataclass(frozen=True)
class Opener:
    """What opens a backup: its passphrase, or the private key of a recipient."""

    passphrase: SecretStr | None = None
    identity: SecretStr | None = None


class Seal:
    """Locks the files of one backup; `key` is what the passphrase opens, None without one."""

    def __init__(self, lock: Lock) -> None:
        lock.check()
        own = pyrage.x25519.Identity.generate()
        self._to = [_recipient(one) for one in lock.recipients]
        self.key: bytes | None = None
        if lock.passphrase is not None:
            self._to.append(own.to_public())
            told = f"{own}\n".encode()
            self.key = pyrage.passphrase.encrypt(told, lock.passphrase.get_secret_value())

    def lock(self, source: Path, target: Path, *, step: Step) -> None:
        """Write a file's locked copy; `step` is told how many bytes of the source are done."""
        with source.open("rb") as plain, target.open("wb") as sealed, _own_failures() as watched:
            pyrage.encrypt_io(watched(plain, step), watched(sealed), self._to)


def identity_of(opener: Opener, key: bytes | None) -> pyrage.x25519.Identity:
    """Return the key that opens a backup's files; BackupLocked when it is another one's."""
    if opener.identity is not None:
        return _identity(opener.identity.get_secret_value())
    if key is None:
        raise BackupLocked("No passphrase opens this backup, only the private key of a recipient.")
    if opener.passphrase is None:
        raise BackupLocked("Give the passphrase of this backup, or a recipient's private key.")
    try:
        told = pyrage.passphrase.decrypt(key, opener.passphrase.get_secret_value())
    except pyrage.DecryptError as wrong:
        raise BackupLocked("This is not the passphrase of this backup.") from wrong
    return _identity(told.decode())


def unlock(source: IO[bytes], target: Path, identity: pyrage.x25519.Identity) -> None:
    """Write a locked file's plain content; BackupLocked when the key does not fit or it differs."""
    try:
        with target.open("wb") as plain, _own_failures() as watched:
            pyrage.decrypt_io(watched(source), watched(plain), [identity])
    except (pyrage.DecryptError, OSError) as wrong:
        if isinstance(wrong, OSError) and wrong.errno is not None:
            raise
        raise BackupLocked(
            "The key does not open this backup, or somebody has changed it since it was made."
        ) from wrong


class _Watched:
    """A file that tells how many bytes went through it, and remembers what went wrong here."""

    def __init__(self, file: IO[bytes], step: Step = lambda _bytes: None) -> None:
        self._file, self._step, self._done = file, step, 0
        self.failure: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        return self._kept(lambda: self._told(self._file.read(size)))

    def write(self, block: bytes) -> int:
        return self._kept(lambda: self._file.write(block))

    def flush(self) -> None:
        self._kept(self._file.flush)

    def _told(self, block: bytes) -> bytes:
        self._done += len(block)
        self._step(self._done)
        return block

    def _kept(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except BaseException as failed:
            self.failure = failed
            raise


@contextmanager
def _own_failures() -> Iterator[Callable[..., _Watched]]:
    """Give what watches files; of what they raise age hands on the words only, this the error."""
    files: list[_Watched] = []

    def watched(file: IO[bytes], step: Step = lambda _bytes: None) -> _Watched:
        files.append(_Watched(file, step))
        return files[-1]

    try:
        yield watched
    except (pyrage.EncryptError, pyrage.DecryptError, OSError) as told:
        failures = [one.failure for one in files if one.failure is not None]
        raise failures[0] if failures else told from told


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as wrong:
        raise KeyUnusable(f"{text!r} is no recipient. age-keygen prints one: age1…") from wrong


def _identity(text: str) -> pyrage.x25519.Identity:
    """Read a private key as age-keygen writes it: comments, and one line with the key."""
    lines = [line.strip() for line in text.splitlines()]
    told = next((line for line in lines if line and not line.startswith("#")), "")
    try:
        return pyrage.x25519.Identity.from_str(told)
    except pyrage.IdentityError as wrong:
        raise KeyUnusable("This is no private key of age: AGE-SECRET-KEY-1…") from wrong
