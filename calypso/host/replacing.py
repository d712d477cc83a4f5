"""A file replaced as a whole."""

import os
import tempfile
from pathlib import Path


def replace_text(target: Path, text: str, *, mode: int) -> None:
    """Replace a file's text, or make the file; who reads it, also after a crash, finds one whole.

    Raises OSError, and leaves nothing beside it.
    """
    handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).rename(target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
