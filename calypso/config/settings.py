"""Every setting, its default and its meaning."""

import re
import socket
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from calypso.config.files import Files, FilesSource
from calypso.errors import Misconfigured

Network = IPv4Network | IPv6Network
# Their workers are started in this order.
KNOWN_SUBSYSTEMS = ("storage", "tape", "backup", "system")


def default_node() -> str:
    """Return this machine's name as a node name: lower case, no domain, never empty."""
    name = socket.gethostname().partition(".")[0].lower()
    return re.sub(r"[^a-z0-9-]", "-", name).strip("-")[:63] or "local"


def _networks_of(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


class Settings(BaseSettings):
    """Every setting, its default and its meaning."""

    model_config = SettingsConfigDict(
        env_prefix="CALYPSO_", extra="ignore", env_file_encoding="utf-8", frozen=True
    )

    mode: Literal["production", "development"] = Field(
        default="production",
        description="development: `calypso config check` asks for no addresses, keys or TLS, "
        "since `calypso up` brings its own.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""), description="postgresql:// address; empty: `calypso up` starts one."
    )
    postgres_programs: Path | None = Field(
        default=None,
        description="Folder of pg_dump, pg_restore and psql; empty: the newest on this machine.",
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="redis://, rediss:// or sentinel:// address; empty: `calypso up` starts one.",
    )
    node_database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Address of the database for nodes that join; empty: that of database_url.",
    )
    node_redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="Address of Redis for nodes that join; empty: that of redis_url.",
    )
    redis_master: str = Field(default="mymaster", description="Name of the master for Sentinel.")
    jwt_key: SecretStr = Field(default=SecretStr(""), description="Signs access tokens.")
    secrets_key: SecretStr = Field(
        default=SecretStr(""), description="Encrypts stored secrets; 32 bytes in base64."
    )
    node: str = Field(default_factory=default_node, description="Name of this machine.")
    listen: str = Field(
        default="127.0.0.1:8080",
        description="Where the API listens: ADDRESS:PORT; 0.0.0.0 is every address.",
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="PEM file with the API's certificate and those between it and its root; "
        "empty: plain HTTP, for a trial or behind a proxy.",
    )
    tls_key: Path | None = Field(
        default=None, description="PEM file with the certificate's private key."
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, with commas, of proxies in front of the API: what they "
        "say of a client (X-Forwarded-For, X-Forwarded-Proto) is believed. Empty: nobody's word.",
    )
    state_dir: Path = Field(
        default=Path("/var/lib/calypso"), description="What drivers must remember on this node."
    )
    root: Path = Field(
        default=Path("/"),
        description="Where / of the appliance is: another folder for images and tests only.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least serious lines that are logged."
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="json: a line is an object; text: for people's eyes."
    )
    otel_endpoint: str = Field(
        default="",
        pattern=r"^(https?://[^\s@]+)?$",
        description="http:// address of an OpenTelemetry collector that takes OTLP; empty: none.",
    )
    storage_product: Literal["auto", "zfs", "directory"] = Field(
        default="auto", description="auto: ZFS where its module is loaded, else directory."
    )
    storage_slots: int = Field(default=2, ge=1, le=64, description="Storage jobs at a time.")
    tape_product: Literal["auto", "changer", "mhvtl", "filelib"] = Field(
        default="auto",
        description="auto: mhvtl where it is installed, with real changers beside it; those alone "
        "where there are some; else a directory.",
    )
    tape_slots: int = Field(default=4, ge=1, le=64, description="Tape jobs at a time.")
    backup_product: Literal["auto", "bacula", "bareos", "none"] = Field(
        default="auto",
        description="auto: Bareos where its console is named and no director is, else Bacula; "
        "`calypso up` starts one of its own where none is named, and has its packages fetched "
        "where it is not installed.",
    )
    bacula_director: str = Field(
        default="", description="HOST:PORT of a director; empty: `calypso up` starts one."
    )
    bacula_console: str = Field(
        default="*UserAgent*", description="Console of the director to speak as."
    )
    bacula_password: SecretStr = Field(
        default=SecretStr(""), description="Password of that console."
    )
    bacula_catalog_url: SecretStr = Field(
        default=SecretStr(""),
        description="postgresql:// address of its catalog, for a role that only reads.",
    )
    bacula_config_dir: Path | None = Field(
        default=None, description="Folder with the daemons' configuration on this node."
    )
    bacula_programs: Path = Field(
        default=Path("/usr/sbin"), description="Folder of bacula-dir, bdirjson and the others."
    )
    bacula_pg_programs: Path | None = Field(
        default=None, description="Folder of pg_dump and pg_restore; empty: those on PATH."
    )
    bareos_config: Path | None = Field(
        default=None, description="bconsole's configuration file, which holds its password."
    )
    bareos_console: str = Field(default="bconsole", description="Bareos' console program.")
    backup_slots: int = Field(default=4, ge=1, le=64, description="Backup jobs at a time.")
    system_slots: int = Field(default=1, ge=1, le=64, description="System jobs at a time.")
    cgroups: bool = Field(
        default=True, description="Each job in a cgroup v2 of its own, where one is delegated."
    )
    job_path: str = Field(
        default="", description="Folders with further job types, separated by colons."
    )
    lease_s: float = Field(default=60.0, ge=2, description="A silent worker's jobs are looked at.")
    heartbeat_s: float = Field(
        default=15.0, ge=0.5, description="How often a worker says that its jobs go on."
    )
    inventory_s: float = Field(default=30.0, ge=1, description="How often tables are read anew.")
    access_token_s: int = Field(
        default=900, ge=10, description="How long a sign-in lasts before it is renewed."
    )
    refresh_token_s: int = Field(
        default=14 * 86400, ge=60, description="How long it may be renewed without a password."
    )
    hot_days: int = Field(default=7, ge=1, description="Ended jobs stay this long at hand.")
    history_days: int = Field(default=400, ge=1, description="Then they are dropped.")
    pool_warning_percent: float = Field(
        default=80.0, gt=0, le=100, description="A pool so full is worth a warning."
    )
    pool_critical_percent: float = Field(
        default=90.0, gt=0, le=100, description="A pool so full needs somebody now."
    )
    pool_fragmented_percent: float = Field(
        default=80.0, gt=0, le=100, description="Free space so fragmented is worth a warning."
    )
    scrub_overdue_days: float = Field(
        default=35.0, gt=0, description="A pool nobody has scrubbed for so long is worth a warning."
    )
    appliance_backup_days: float = Field(
        default=8.0,
        ge=0,
        description="An appliance nobody has backed up for so long is an alert; 0: something else "
        "than system.config_backup does it.",
    )
    alert_retry_s: float = Field(
        default=10.0, gt=0, le=3600, description="First pause after an alert could not be sent."
    )
    log_limit_bytes: int = Field(default=4 << 20, ge=4096, description="Log kept of one job.")

    @field_validator("redis_url")
    @classmethod
    def _no_cluster(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().startswith(("redis+cluster://", "rediss+cluster://")):
            raise Misconfigured(
                "CALYPSO_REDIS_URL: Redis Cluster cannot carry Calypso's hints, since kombu has no "
                "transport for it. Use one server (redis://, rediss://) or Sentinel (sentinel://)."
            )
        return value

    @model_validator(mode="after")
    def _certificate_with_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise Misconfigured(
                "CALYPSO_TLS_CERTIFICATE and CALYPSO_TLS_KEY belong together: name both files, or "
                "neither to serve plain HTTP."
            )
        return self

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        _networks_of(value)
        return value

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of the proxies that are believed."""
        return _networks_of(self.trusted_proxies)

    @property
    def job_folders(self) -> list[Path]:
        """Folders with job types beside the built-in ones."""
        return [Path(part) for part in self.job_path.split(":") if part]

    def slots(self, subsystem: str) -> int:
        """How many jobs of a subsystem run at a time on this node."""
        return int(getattr(self, f"{subsystem}_slots", 1))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: what is named first wins."""
        files = FilesSource(settings_cls, Files())
        return (init_settings, env_settings, dotenv_settings, files, file_secret_settings)
