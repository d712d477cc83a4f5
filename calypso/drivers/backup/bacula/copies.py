"""Copies, migrations and virtual fulls: where they go, and what a run of them has done.

A run that copies takes one backup itself and starts a run of its own for each other; of those the
director tells in the log alone. Each writes one more run, which is the copy.
"""

import re
from collections.abc import Iterable

from calypso.drivers.backup.bacula import names
from calypso.drivers.backup.bacula.session import Session
from calypso.drivers.backup.bacula.text import word
from calypso.drivers.backup.refusals import BackupPoolMissing, NextPoolMissing
from calypso.drivers.backup.run_values import Copied

_OF_JOB = re.compile(r"^ +--> NextPool: name=(.+) PoolType=", re.MULTILINE)
_OF_POOL = re.compile(r"^ +NextPool=(.+?) *$", re.MULTILINE)
_STORAGE = re.compile(r"^ +--> Storage: name=", re.MULTILINE)
_SPAWNED = re.compile(r"Job queued\. JobId=(\d+)")
_SOURCE = re.compile(r"^ +Prev Backup JobId: +(\d+)$", re.MULTILINE)
_COPY = re.compile(r"^ +New Backup JobId: +(\d+)$", re.MULTILINE)


def next_pool(talk: Session, job: str, pool: str | None, chosen: str | None) -> str:
    """Return the pool that a job copies to; NextPoolMissing, as the director would refuse it."""
    names.known(talk, names.JOB, job)
    target = chosen or _said(talk, job, pool)
    if target is None:
        raise NextPoolMissing(
            f"Neither job {job} nor its pool says where copies and virtual fulls go. "
            "Give the pool a Next Pool, or name one for this run."
        )
    if not _STORAGE.search(_shown(talk, target)):
        raise NextPoolMissing(
            f"Pool {target} has no storage, so nothing can be copied to it. Give it its Storage."
        )
    return target


def _said(talk: Session, job: str, pool: str | None) -> str | None:
    """Return what is configured: the job's own first, then that of the pool it reads."""
    told = talk.ask(f"show {word('job', job)}").text
    if own := _OF_JOB.search(told):
        return own[1]
    found = _OF_POOL.search(told if pool is None else _shown(talk, pool))
    return found[1] if found else None


def _shown(talk: Session, pool: str) -> str:
    """Return what the director has configured for a pool."""
    if pool not in names.listed(talk, names.POOL):
        raise BackupPoolMissing(f"The director knows no pool called {pool}.")
    return talk.ask(f"show {word('pool', pool)}").text


def spawned(lines: Iterable[str]) -> tuple[int, ...]:
    """Return the runs that the log of a copying run tells of."""
    return tuple(int(number) for line in lines for number in _SPAWNED.findall(line))


def copied(lines: Iterable[str]) -> Copied | None:
    """Return what the log of a copying run says at its end that it has done."""
    for line in lines:
        source, copy = _SOURCE.search(line), _COPY.search(line)
        if source and copy and int(copy[1]):
            return Copied(source=int(source[1]), copy_id=int(copy[1]))
    return None
