"""A configuration taken on trial: file by file, so that one cut in the middle can be undone.

staged-calypso.conf, staged-bacula-dir.conf    what is being checked; of no use to anybody later
last-good-calypso.conf    what was in force, while it is not known whether the director takes the
                          new one: whoever finds it puts it back
previous-calypso.conf     what was in force before the last change

Each step that matters is one rename or one link. Each file belongs to whom the director runs as.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from calypso.drivers.backup import configuring
from calypso.drivers.backup.config_values import ConfigState, Drift
from calypso.drivers.backup.configuring import CHECK_S, DIRECTOR, OURS, STAGED
from calypso.drivers.backup.director_refusals import ConfigurationRefused
from calypso.drivers.backup.rendering import comparing, daemons
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.drivers.backup.rendering.sealing import is_untouched, sealed
from calypso.errors import CommandFailed
from calypso.host import Host
from calypso.models.backup_config import BackupConfig

LAST_GOOD, PREVIOUS = f"last-good-{OURS}", f"previous-{OURS}"
BACK = f"{STAGED}back-{OURS}"


@dataclass(frozen=True)
class Trial:
    """A director's files and programs on this machine."""

    host: Host
    etc: Path
    programs: Path

    @classmethod
    def at(cls, host: Host, etc: Path, programs: Path) -> Self | None:
        """Return one where the director's files and programs are; None where they are not."""
        needed = [etc / DIRECTOR, programs / "bacula-dir", programs / "bdirjson"]
        return cls(host, etc, programs) if all(host.exists(one) for one in needed) else None

    def text(self) -> str:
        """Return what our file says; nothing where there is none."""
        ours = self.etc / OURS
        return configuring.text_of(self.host, ours) if self.host.exists(ours) else ""

    def drift(self, applied: BackupConfig) -> Drift:
        """Tell how what the director would read now differs from what it was given."""
        where, text = str(self.etc / OURS), self.text()
        configuring.reads_ours(self.host, self.etc)
        try:
            found = configuring.configured(self.host, self.programs, self.etc / DIRECTOR, {})
        except CommandFailed:
            return Drift(where=where, standings=comparing.unreadable(applied, text, OURS))
        return Drift(where=where, standings=comparing.standings(applied, found, text, OURS))

    def stage(self, config: BackupConfig, secrets: Secrets) -> str:
        """Put a configuration beside the one in force and check it; returns its text.

        ConfigurationRefused with the director's words, or with what it would take otherwise.
        """
        text = sealed(daemons.resources_only(config, secrets))
        staged = configuring.stage(self.host, self.etc, text)
        said = configuring.complaint(self.host, self.programs, staged)
        if said is not None:
            raise ConfigurationRefused(_refused(said), original=said)
        found = configuring.configured(self.host, self.programs, staged, secrets)
        others = comparing.standings(config, found, text, OURS)
        if strays := [one for one in others if one.state is not ConfigState.SAME]:
            told = ", ".join(str(one) for one in strays)
            raise ConfigurationRefused(f"The director would take some of it otherwise: {told}.")
        return text

    def clear(self) -> None:
        """Remove what was staged."""
        staged = [str(self.etc / f"{STAGED}{name}") for name in (OURS, DIRECTOR)]
        self._do("rm", "-f", "--", *staged)

    def swap(self) -> None:
        """Put what is staged in place; what was there is the last good one from now on."""
        if not self.host.exists(self.etc / OURS):
            configuring.write(self.host, self.etc / OURS, "", like=self.etc / DIRECTOR)
        self._do("ln", "-T", "--", str(self.etc / OURS), str(self.etc / LAST_GOOD))
        self._move(f"{STAGED}{OURS}", OURS)

    @property
    def is_open(self) -> bool:
        """True while there is a last good one: what is in place is not proven."""
        return self.host.exists(self.etc / LAST_GOOD)

    @property
    def is_edited(self) -> bool:
        """True when somebody edited what is in place."""
        return not is_untouched(self.text())

    def put_back(self) -> None:
        """Put the last good one in place; it stays aside until `forget`."""
        copied = [str(self.etc / one) for one in (LAST_GOOD, BACK)]
        self._do("cp", "-p", "-f", "-T", "--", *copied)
        self._move(BACK, OURS)

    def forget(self) -> None:
        """Forget which was the last good one: it is in place."""
        self._do("rm", "-f", "--", str(self.etc / LAST_GOOD))

    def settle(self) -> None:
        """Take what is in place for good."""
        if self.is_open:
            self._move(LAST_GOOD, PREVIOUS)

    def _move(self, source: str, target: str) -> None:
        self._do("mv", "-f", "-T", "--", str(self.etc / source), str(self.etc / target))

    def _do(self, *argv: str) -> None:
        ran = self.host.run(argv, timeout_s=CHECK_S)
        if not ran.ok:
            raise CommandFailed(f"{self.etc} could not be changed: {ran.complaint}")


def _refused(said: str) -> str:
    """Return the sentence of a refusal; a name that is there twice is told as such."""
    if found := configuring.TWICE.search(said):
        return (
            f"{DIRECTOR} itself has a {found[1].lower()} called {found[2]} already, or a file "
            "that it reads in. Choose another name, or take it out there."
        )
    return f"The director does not take it: {configuring.sentence(said)}"
