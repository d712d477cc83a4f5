"""How a failure says what was lost before it. Pure."""

from collections.abc import Sequence

MOST_NAMED = 20  # in an error; the plan has all


def told_gone(gone: Sequence[str], of: str) -> str:
    """Return a sentence that names what is gone of something: all of a few, the first of many."""
    if not gone:
        return f"Nothing of {of} is destroyed."
    more = len(gone) - MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"Destroyed already: {', '.join(gone[:MOST_NAMED])}{rest}. The rest is still there."
