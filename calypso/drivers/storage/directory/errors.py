"""What the tree programs and the system say when they fail, as refusals of the protocol."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from calypso.drivers.storage import StorageError
from calypso.drivers.storage.directory.trees.report import kind_of
from calypso.drivers.storage.tree import KINDS, read_failure, told_failure
from calypso.host import Ran


def worst(stages: Sequence[Ran]) -> StorageError | None:
    """Return the refusal that began the end of a pipe, or None.

    An end that only lost the other one counts last: a writer whose reader is gone, a reader whose
    stream ended early.
    """
    failed = [ran for ran in stages if not ran.ok]
    return read_failure(min(failed, key=_is_consequence)) if failed else None


@contextmanager
def as_refusals() -> Iterator[None]:
    """Turn what the system refuses inside into refusals of the protocol."""
    try:
        yield
    except OSError as failed:
        place = f": {os.fsdecode(failed.filename)}" if failed.filename else ""
        kind = KINDS.get(kind_of(failed), StorageError)
        raise kind(f"{failed.strerror}{place}.", original=str(failed)) from failed


def _is_consequence(ran: Ran) -> bool:
    told = told_failure(ran)
    return told is None or told[0] in ("reader_gone", "broken")
