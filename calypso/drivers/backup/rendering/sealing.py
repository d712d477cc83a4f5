"""A text with a first line by which it is seen whether anybody edited it since. Pure."""

import hashlib
import re

_SEAL = "# Written by Calypso. What is edited here is shown as drift. sha256 "
_SEALED = re.compile(rf"{re.escape(_SEAL)}([0-9a-f]{{64}})\n(.*)", re.DOTALL)


def sealed(body: str) -> str:
    """Return a text under its seal."""
    return f"{_SEAL}{_digest(body)}\n{body}"


def is_untouched(text: str) -> bool:
    """Tell whether a text is as it was sealed; one that says nothing is."""
    if not text.strip():
        return True
    found = _SEALED.fullmatch(text)
    return found is not None and found[1] == _digest(found[2])


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
