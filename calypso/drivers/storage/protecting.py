"""What the property `calypso:protected` of a snapshot says, and how it is written. Pure.

`on`: for good; an instant, as `2027-03-01T00:00:00Z`: until then. Nothing else is written by
Calypso; what a person wrote and nobody can read protects, since it was meant to.
"""

from datetime import UTC, datetime

PROPERTY = "calypso:protected"
FOR_GOOD = "on"
NOT = (None, "", "-", "off")


def word(until: datetime | None) -> str:
    """Return the value that protects until an instant, or for good."""
    if until is None:
        return FOR_GOOD
    return f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def told(value: str | None) -> tuple[bool, datetime | None]:
    """Return whether a value protects for good, and until when it does otherwise."""
    if value in NOT:
        return False, None
    try:
        until = datetime.fromisoformat(str(value))
        return (True, None) if until.tzinfo is None else (False, until.astimezone(UTC))
    except (ValueError, OverflowError):
        return True, None
