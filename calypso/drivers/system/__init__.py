"""The machine itself as a driver: its releases, its services, its configuration."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from calypso.config import Settings, certificates
from calypso.config.certificates import Certificate
from calypso.drivers.system.activation import Activation
from calypso.drivers.system.appliance import Appliance
from calypso.drivers.system.fetching import Fetching, Step
from calypso.drivers.system.keeping import Keeping
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.releases import Releases
from calypso.drivers.system.turn import turn
from calypso.host import Host

__all__ = ["Activation", "Appliance", "Layout", "Releases", "System"]


@dataclass(frozen=True)
class System:
    """What jobs of the system and the command line do to this machine."""

    host: Host
    layout: Layout
    database_url: SecretStr
    appliance: Appliance
    postgres_programs: Path | None = None
    tls_certificate: Path | None = None

    @classmethod
    def by(cls, settings: Settings, host: Host) -> Self:
        """Return this machine as the settings have it."""
        appliance = Appliance.by(settings, host)
        return cls(
            host,
            appliance.layout,
            settings.database_url,
            appliance,
            settings.postgres_programs,
            settings.tls_certificate,
        )

    @property
    def releases(self) -> Releases:
        """The releases that are here."""
        return Releases(self.layout)

    @property
    def certificate(self) -> tuple[Path, Certificate] | None:
        """The API's certificate with its file, where one is named and can be read."""
        file = self.tls_certificate
        if file is None or not self.host.exists(file):
            return None
        return file, certificates.read(self.host.read_text(file))

    def fetching(self, *, step: Step = lambda _done, _total: None) -> Fetching:
        """Return what brings releases here; `step` hears how far it is."""
        return Fetching(self.host, self.layout, step)

    def activation(
        self, *, say: Callable[[str], None], stop: Callable[[], None] = lambda: None
    ) -> Activation:
        """Return what changes releases; `say` hears each step, `stop` may end it in between."""
        node = self.appliance.node
        return Activation(self.host, self.layout, self.keeping, node, say=say, stop=stop)

    @property
    def keeping(self) -> Keeping:
        """What is put by before a release is left."""
        return Keeping(self.host, self.layout, self.database_url, self.postgres_programs)

    def remove_spare(self, keep: int) -> Iterator[str]:
        """Remove the releases that nobody needs, but for the `keep` newest; yields each removed.

        What was put by when they were left goes, too, and all but the last of what was put by for
        each that stays; those are yielded as paths.
        """
        with turn(self.layout, "removing old releases"):
            activation = self.activation(say=lambda _line: None)
            open_ = activation.half_done()
            for version in self.releases.spare(keep, besides=open_, refused=activation.refused()):
                self.releases.remove(version)
                yield version
            stay = [one.version for one in self.releases.all()]
            for folder in [] if open_ else self.keeping.spare(stay):
                shutil.rmtree(folder)
                yield str(folder)
