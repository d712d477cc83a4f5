"""What pydantic says is wrong with a value, as people who send JSON read it."""

from pydantic_core import ErrorDetails

_OURS = "Value error, "  # before what a validator of ours says
_OF_LISTS = ("tuple_type", "too_short", "too_long")


def complaint(error: ErrorDetails) -> str:
    """Return what is wrong: JSON has lists where models keep tuples."""
    said = error["msg"].removeprefix(_OURS)
    if error["type"] in _OF_LISTS:
        return said.replace("Tuple", "List").replace("tuple", "list")
    return said
