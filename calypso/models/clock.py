"""The one way to ask for the time, and ids that sort by it."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID


def now() -> datetime:
    """Return the present instant as an aware UTC time."""
    return datetime.now(UTC)


def uuid7(unix_ms: int | None = None) -> UUID:
    """Return a new UUIDv7: sorts by creation in milliseconds, the rest is random.

    Source: RFC 9562, section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return UUID(int=value)
