"""The folders, ports, passwords and configuration of an embedded Bacula.

etc/        the daemons' configuration, and calypso.conf, which the director reads in
director/ storage/ client/     what each daemon must remember; its own
volumes/    the disk volumes           restored/   where restores go unless told otherwise
passwords/  one file each              lib/        links to Bacula's libraries
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import SecretStr, TypeAdapter, ValidationError

from calypso.drivers.backup.rendering import daemons
from calypso.embedded.bacula_catalog import Catalog
from calypso.embedded.bacula_packages import DAEMONS, Programs
from calypso.embedded.keys import write_private
from calypso.embedded.places import free_port, own, password, run_as
from calypso.errors import Misconfigured
from calypso.host.daemon import Ids
from calypso.models.backup_config import (
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
    StorageResource,
)
from calypso.models.backup_job import JobKind, JobLevel, JobResource
from calypso.models.backup_names import FolderPath

ADDRESS = "127.0.0.1"
NAMES = {"bacula-dir": "calypso-dir", "bacula-sd": "calypso-sd", "bacula-fd": "local-fd"}
WORKING = {"bacula-dir": "director", "bacula-sd": "storage", "bacula-fd": "client"}
CLIENT, STORAGE, POOL = "local-fd", "Disk", "Disk"
CLIENT_SECRET, STORAGE_SECRET = "bacula/client", "bacula/storage"
DRIVES = 4
VOLUME_BYTES = 10 << 30


@dataclass(frozen=True)
class Layout:
    """Everything an embedded Bacula keeps below one folder."""

    folder: Path
    ports: Mapping[str, int]

    @cached_property
    def ids(self) -> dict[str, Ids | None]:
        """Whom each daemon runs as: None for ourselves.

        Root's file daemon stays root: it must read any file, and give restored ones their owner.
        """
        somebody = run_as()
        return {"bacula-dir": somebody, "bacula-sd": somebody, "bacula-fd": None}

    def make_folders(self) -> None:
        """Make what is missing; each is private to whom it is for.

        Misconfigured where the folder's path cannot stand in a configuration.
        """
        self._refuse_unfit()
        # Root's daemons run as others, who must be able to pass.
        outer = 0o711 if os.geteuid() == 0 else 0o700
        for folder in (self.folder, self.etc):
            folder.mkdir(mode=outer, parents=True, exist_ok=True)
        for daemon in DAEMONS:
            own(self.working(daemon), self.ids[daemon])
        own(self.volumes, self.ids["bacula-sd"])
        own(self.restored, self.ids["bacula-fd"])
        own(self.folder / "passwords", None)

    @property
    def etc(self) -> Path:
        """Where the configuration is."""
        return self.folder / "etc"

    @property
    def volumes(self) -> Path:
        """Where the disk volumes are."""
        return self.folder / "volumes"

    @property
    def restored(self) -> Path:
        """Where restores go unless told otherwise."""
        return self.folder / "restored"

    @property
    def ours(self) -> Path:
        """The file that the director reads in: the appliance's resources."""
        return self.etc / "calypso.conf"

    def working(self, daemon: str) -> Path:
        """Return where a daemon keeps what it must remember."""
        return self.folder / WORKING[daemon]

    def config(self, daemon: str) -> Path:
        """Return a daemon's configuration."""
        return self.etc / f"{daemon}.conf"

    def password(self, name: str) -> str:
        """Return a password of this Bacula's, made at the first time."""
        return password(self.folder / "passwords" / name)

    def secrets(self, config: BackupConfig) -> dict[str, SecretStr]:
        """Return the passwords that clients and storages name, made at the first time."""
        named = [one.password for one in config.clients] + [one.password for one in config.storages]
        names = {CLIENT_SECRET, STORAGE_SECRET, *named}
        return {name: SecretStr(self.password(name.replace("/", "-"))) for name in sorted(names)}

    def write(self, programs: Programs, catalog: Catalog, config: BackupConfig) -> None:
        """Write the configuration of all daemons, and an empty file of ours where there is none."""
        for daemon, text in self._texts(programs, catalog, config).items():
            write_private(self.config(daemon), text, self.ids[daemon])
        if not self.ours.exists():
            write_private(self.ours, "", self.ids["bacula-dir"])

    def _refuse_unfit(self) -> None:
        try:
            TypeAdapter(FolderPath).validate_python(str(self.folder))
        except ValidationError as unfit:
            raise Misconfigured(
                f"Bacula's configuration cannot hold the path {self.folder}. "
                "Choose another --data, of letters, digits and - . _ / alone."
            ) from unfit

    def _texts(self, programs: Programs, catalog: Catalog, config: BackupConfig) -> dict[str, str]:
        director = NAMES["bacula-dir"]
        books = daemons.Catalog(
            catalog.database,
            catalog.database,
            SecretStr(catalog.password),
            catalog.host,
            catalog.port,
        )
        secrets = self.secrets(config)
        return {
            "bacula-dir": daemons.director(
                self._daemon("bacula-dir", programs),
                SecretStr(self.password("director")),
                books,
                config,
                secrets,
                query_file=str(programs.query_file),
                includes=[str(self.ours)],
            ),
            "bacula-sd": daemons.storage(
                self._daemon("bacula-sd", programs),
                director,
                secrets[STORAGE_SECRET],
                config.storages,
            ),
            "bacula-fd": daemons.client(
                self._daemon("bacula-fd", programs), director, secrets[CLIENT_SECRET]
            ),
        }

    def _daemon(self, daemon: str, programs: Programs) -> daemons.Daemon:
        return daemons.Daemon(
            name=NAMES[daemon],
            address=ADDRESS,
            port=self.ports[daemon],
            working=str(self.working(daemon)),
            plugins=str(programs.libraries),
            # On loopback it hides nothing, and Bacula 15 keeps no bandwidth limit under TLS.
            encrypts=False if programs.encrypt_unasked else None,
        )


def resources(layout: Layout) -> BackupConfig:
    """Return what an embedded Bacula comes with: itself, its disk, and one job to try."""
    common = {"client": CLIENT, "fileset": "etc", "storage": STORAGE, "pool": POOL}
    return BackupConfig(
        clients=(
            ClientResource(
                name=CLIENT,
                address=ADDRESS,
                port=layout.ports["bacula-fd"],
                password=CLIENT_SECRET,
            ),
        ),
        filesets=(FilesetResource(name="etc", include=("/etc",)),),
        pools=(PoolResource(name=POOL, label_format="Disk-", max_volume_bytes=VOLUME_BYTES),),
        storages=(disk(layout),),
        jobs=(
            JobResource(name="etc", level=JobLevel.INCREMENTAL, **common),
            JobResource(name="restore", kind=JobKind.RESTORE, where=str(layout.restored), **common),
        ),
    )


def disk(layout: Layout) -> StorageResource:
    """Return the autochanger of several drives on one folder."""
    return StorageResource(
        name=STORAGE,
        address=ADDRESS,
        port=layout.ports["bacula-sd"],
        password=STORAGE_SECRET,
        device="DiskChanger",
        media_type="File",
        autochanger=True,
        drives=DRIVES,
        max_concurrent=DRIVES,
        directory=str(layout.volumes),
    )


def ports() -> dict[str, int]:
    """Return three ports that nobody uses right now."""
    found: dict[str, int] = {}
    for daemon in DAEMONS:
        found[daemon] = next(port for port in iter(free_port, None) if port not in found.values())
    return found
