"""The services that keep a program of ours, by systemctl."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from calypso.drivers.system.release_refusals import ServiceFailed
from calypso.host import Host

# A socket that listens would start its service again the moment somebody asks for something.
SOCKETS = ("calypso-api.socket",)
KEPT = ("calypso-api.service", "calypso-scheduler.service", "calypso-worker@*.service")
RUNS = frozenset({"active", "reloading"})
ASK_S = 60.0
CHANGE_S = 900.0  # a program of a slow machine takes minutes to start


@dataclass(frozen=True)
class Services:
    """Every unit of ours that runs here. Each verb returns when it is so."""

    host: Host

    def active(self) -> list[str]:
        """Return the services that run, by name."""
        return self._listed(KEPT, RUNS)

    def wanted(self) -> list[str]:
        """Return the services that run, or are about to, by name."""
        return self._listed(KEPT, {*RUNS, "activating"})

    def sockets(self) -> list[str]:
        """Return the sockets that start a service of ours when somebody comes."""
        return self._listed(SOCKETS, RUNS)

    def read_units(self) -> None:
        """Have systemd read the unit files anew."""
        self._do("daemon-reload")

    def reload(self, units: Sequence[str]) -> None:
        """Have each put the current release in place, all at once; ServiceFailed when one cannot.

        What those that could not ran before, they still run.
        """
        if units:
            self._do("reload", *units, timeout_s=CHANGE_S)

    def stop(self, units: Sequence[str]) -> None:
        """Stop services; a worker ends with the last of its jobs, which may take hours."""
        if units:
            self._do("stop", *units, timeout_s=float(24 * 3600))

    def start(self, units: Sequence[str]) -> None:
        """Start services and wait until they are ready."""
        if units:
            self._do("start", *units, timeout_s=CHANGE_S)

    def _listed(self, units: Sequence[str], states: Collection[str]) -> list[str]:
        listed = self._do("list-units", "--all", "--plain", "--no-legend", "--full", *units)
        rows = (line.split() for line in listed.splitlines())
        return sorted(row[0] for row in rows if len(row) >= 3 and row[2] in states)  # noqa: PLR2004 - UNIT LOAD ACTIVE

    def _do(self, *words: str, timeout_s: float = ASK_S) -> str:
        ran = self.host.run(["systemctl", *words], timeout_s=timeout_s)
        if not ran.ok:
            raise ServiceFailed(
                f"systemctl {words[0]}: {ran.complaint} `journalctl -u 'calypso-*'` says more.",
                original=ran.stderr,
            )
        return ran.stdout
