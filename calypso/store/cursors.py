"""Where a page ended: opaque to callers, and useless under another order."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from calypso.errors import FieldError, Invalid

CLIP = 4096  # longer than any cursor we make
DIGITS = 19  # of a number that PostgreSQL might not take


def write(order: str, position: Sequence[str]) -> str:
    """Return a cursor for the entry after `position` in `order`."""
    text = json.dumps([order, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, order: str, parts: int) -> list[str]:
    """Return the position in a cursor of this order; Invalid for any other text."""
    try:
        padded = cursor[:CLIP] + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _foreign() from None
    if not isinstance(found, list) or len(found) != parts + 1 or found[0] != order:
        raise _foreign()
    if not all(isinstance(part, str) for part in found):
        raise _foreign()
    return found[1:]


def write_instant(order: str, at: datetime, job_id: UUID) -> str:
    """Return a cursor for the job after this one."""
    return write(order, (at.isoformat(), str(job_id)))


def read_time(cursor: str, order: str) -> datetime:
    """Return the instant of the last entry seen; Invalid."""
    (text,) = read(cursor, order, 1)
    return _instant(text)


def read_instant(cursor: str, order: str) -> tuple[datetime, UUID]:
    """Return (time, id) of the last job seen; Invalid."""
    at, job_id = read(cursor, order, 2)
    try:
        read_id = UUID(job_id)
    except ValueError:
        raise _foreign() from None
    return _instant(at), read_id


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _foreign() from None
    if instant.tzinfo is None:
        raise _foreign()
    return instant


def write_place(order: str, raw: bytes, number: int) -> str:
    """Return a cursor for what comes after these bytes and this number."""
    return write(order, (raw.hex(), str(number)))


def read_place(cursor: str, order: str) -> tuple[bytes, int]:
    """Return (bytes, number) of the last entry seen; Invalid."""
    raw, number = read(cursor, order, 2)
    try:
        return bytes.fromhex(raw), _number(number)
    except ValueError:
        raise _foreign() from None


def read_number(cursor: str, order: str) -> int:
    """Return the number of the last entry seen; Invalid."""
    (text,) = read(cursor, order, 1)
    return _number(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < DIGITS):
        raise _foreign()
    return int(text)


def _foreign() -> Invalid:
    wrong = FieldError("/cursor", "cursor", "not a cursor of this list and order")
    return Invalid("The cursor is not one of this list. Start again without it.", [wrong])
