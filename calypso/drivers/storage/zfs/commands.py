"""How the driver runs `zfs` and `zpool`: a timeout on each, refusals as types."""

import json
import sys
from functools import cached_property
from pathlib import Path

from calypso.drivers.storage import ProductMissing
from calypso.drivers.storage.zfs import dialect, errors, links, openers
from calypso.errors import CommandMissing
from calypso.host import Host, Ran

READ_TIMEOUT_S = 300.0  # a listing of 100 000 snapshots takes minutes on a busy pool
CHANGE_TIMEOUT_S = 600.0  # a command that changes something waits for transaction groups
DESTROY_TIMEOUT_S = 3600.0  # without async_destroy the space is freed before it returns
MOST_NAMED = 500  # datasets in one command
ENVIRONMENT = {"TZ": "UTC"}  # dates in `zpool status` carry no zone


class Commands:
    """One handle on the tools of a machine."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @cached_property
    def _dialect(self) -> dialect.Dialect:
        return dialect.find(self._host)

    def _read(self, *argv: str) -> str:
        """Return what a command that changes nothing prints; its refusal as a type."""
        return self._run(argv, READ_TIMEOUT_S)

    def _do(self, *argv: str, timeout_s: float = CHANGE_TIMEOUT_S, stdin: str | None = None) -> str:
        """Run a command that changes something; its refusal as a type."""
        return self._run(argv, timeout_s, stdin)

    def _users(self, *names: str) -> list[openers.User]:
        """Return who uses devices, by path, and datasets, by name.

        Not seen: programs of the kernel that open a device by themselves and are not in
        `openers.EXPORTS`.
        """
        program = [sys.executable, "-I", "-S", "-B", str(Path(openers.__file__))]
        parts = [names[start : start + MOST_NAMED] for start in range(0, len(names), MOST_NAMED)]
        told = [line for part in parts for line in self._read(*program, *part).splitlines()]
        return [openers.User(**json.loads(line)) for line in told]

    def _links(self) -> str:
        """Return the names of all block devices; one that goes while they are read is left out."""
        ran = self._ran(links.LIST, READ_TIMEOUT_S)
        if not ran.ok and not links.has_only_missed_some(ran.stderr):
            raise errors.read(ran)
        return ran.stdout

    def _run(self, argv: tuple[str, ...], timeout_s: float, stdin: str | None = None) -> str:
        ran = self._ran(argv, timeout_s, stdin)
        if not ran.ok:
            raise errors.read(ran)
        return ran.stdout

    def _ran(self, argv: tuple[str, ...], timeout_s: float, stdin: str | None = None) -> Ran:
        try:
            return self._host.run(argv, timeout_s=timeout_s, stdin=stdin, env=ENVIRONMENT)
        except CommandMissing as missing:
            raise ProductMissing(
                f"{argv[0]} is not installed. {dialect.HOW_TO_INSTALL}", original=missing.original
            ) from missing
