"""What the tree programs and the system say when they fail, as refusals of the protocol."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from calypso.drivers.storage import (
    BaseMissing,
    NotPermitted,
    OutOfSpace,
    StorageError,
    StreamBroken,
)
from calypso.drivers.storage.directory.trees.report import kind_of
from calypso.host import Ran

_KINDS: dict[str, type[StorageError]] = {
    "out_of_space": OutOfSpace,
    "not_permitted": NotPermitted,
    "broken": StreamBroken,
    "reader_gone": StreamBroken,
    "base": BaseMissing,
}


def read(ran: Ran) -> StorageError:
    """Return the refusal a failed program means."""
    if (told := _told(ran)) is not None:
        kind, text = told
        return _KINDS.get(kind, StorageError)(f"{text[:1].upper()}{text[1:]}.", original=text)
    if ran.code < 0:
        return StreamBroken(f"A copying process was killed (signal {-ran.code}).")
    return StorageError(
        f"A copying process ended with status {ran.code}: {ran.complaint}", original=ran.stderr
    )


def worst(stages: Sequence[Ran]) -> StorageError | None:
    """Return the refusal that began the end of a pipe, or None.

    An end that only lost the other one counts last: a writer whose reader is gone, a reader whose
    stream ended early.
    """
    failed = [ran for ran in stages if not ran.ok]
    return read(min(failed, key=_is_consequence)) if failed else None


@contextmanager
def as_refusals() -> Iterator[None]:
    """Turn what the system refuses inside into refusals of the protocol."""
    try:
        yield
    except OSError as failed:
        place = f": {os.fsdecode(failed.filename)}" if failed.filename else ""
        kind = _KINDS.get(kind_of(failed), StorageError)
        raise kind(f"{failed.strerror}{place}.", original=str(failed)) from failed


def _told(ran: Ran) -> tuple[str, str] | None:
    for line in reversed(ran.stderr.splitlines()):
        word, _, rest = line.partition("\t")
        if word == "error":
            kind, _, text = rest.partition("\t")
            return kind, text
    return None


def _is_consequence(ran: Ran) -> bool:
    told = _told(ran)
    return told is None or told[0] in ("reader_gone", "broken")
