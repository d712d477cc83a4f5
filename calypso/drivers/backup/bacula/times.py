"""Bacula's times: without a zone, in the local time of the machine the director is on.

That is this machine's, or one of the same zone.
"""

from datetime import UTC, datetime

FORMAT = "%Y-%m-%d %H:%M:%S"


def utc(told: datetime | None) -> datetime | None:
    """Return an aware time for one that the catalog has."""
    return None if told is None else told.astimezone(UTC)


def of_text(text: str) -> datetime | None:
    """Return an aware time for one that the console prints; None for none."""
    text = text.strip()
    if not text or text.startswith("0000"):
        return None
    return utc(datetime.strptime(text, FORMAT))  # noqa: DTZ007 - made aware at once


def text_of(at: datetime) -> str:
    """Return how a command names a time; to the second."""
    return at.astimezone().strftime(FORMAT)


def naive(at: datetime | None) -> datetime | None:
    """Return how the catalog has a time."""
    return None if at is None else at.astimezone().replace(tzinfo=None)
