"""What `up` says: to the terminal, and with the time to `logs/up.log`."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

KEPT_BYTES = 16 << 20  # of each log; a bigger one is set aside at the next start


class Journal:
    """Say a line, and it stands in both places."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = logs / "up.log"
        for log in logs.glob("*.log"):
            if log.stat().st_size > KEPT_BYTES:
                log.replace(log.with_suffix(".log.1"))

    def say(self, line: str) -> None:
        """Say it. A terminal that went away, or a full disk, does not end what runs."""
        with suppress(OSError):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        with suppress(OSError), self._file.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")
