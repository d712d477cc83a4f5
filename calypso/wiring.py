"""Settings in, everything connected out. Read this file to know what talks to what."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import sqlalchemy
import structlog

from calypso import __version__, inventory, jobs
from calypso.broker import CeleryHints
from calypso.config import Settings
from calypso.config.checking import OTEL_MISSING, notice
from calypso.config.files import Files
from calypso.drivers.backup import Backup
from calypso.drivers.backup.absent import REASON, SWITCHED_OFF, NoBackup
from calypso.drivers.backup.bacula import BaculaBackup, Director, Tools
from calypso.drivers.backup.bareos import BareosBackup, Console
from calypso.drivers.backup.trial import Trial
from calypso.drivers.storage import Storage
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.drivers.system import System
from calypso.drivers.tape import Tape
from calypso.drivers.tape.changer import ChangerTape
from calypso.drivers.tape.filelib import FileTape
from calypso.drivers.tape.mhvtl import MhvtlTape
from calypso.engine.alerting.postman import Sender
from calypso.engine.ports import Ports
from calypso.errors import Misconfigured, SubsystemUnavailable
from calypso.host import Host
from calypso.live.connection import connect
from calypso.live.progress import RedisLive
from calypso.models import tracing
from calypso.models.inventory import Capability, InventoryTable
from calypso.models.jobtype import JobType
from calypso.models.lookup import Lookup
from calypso.sending.email import EmailSender
from calypso.sending.webhook import WebhookSender
from calypso.store.accounts import Accounts
from calypso.store.alerts import PostgresAlertStore
from calypso.store.backup import PostgresBackupStore
from calypso.store.channels import Channels
from calypso.store.engine import make_engine
from calypso.store.inventory import PostgresInventoryStore
from calypso.store.jobs import PostgresJobStore
from calypso.store.media import PostgresMediaStore
from calypso.store.nodes import Nodes
from calypso.store.schedules import PostgresScheduleStore
from calypso.store.secrets import Secrets
from calypso.telemetry import logs

Role = Literal["api", "worker", "scheduler", "cli"]
POOL_SIZES: Mapping[Role, int] = {"api": 20, "worker": 4, "scheduler": 4, "cli": 1}


@dataclass(frozen=True)
class House:
    """Everything a door needs, connected. Connections open at their first use."""

    settings: Settings
    ports: Ports
    accounts: Accounts
    secrets: Secrets
    nodes: Nodes
    types: Mapping[str, JobType]
    tables: Mapping[str, InventoryTable]
    lookups: Mapping[str, Lookup]
    engine: sqlalchemy.Engine


def build(settings: Settings, *, role: Role) -> House:
    """Connect everything; Misconfigured when an address is missing. Nothing is sent yet."""
    database = settings.database_url.get_secret_value()
    broker = settings.redis_url.get_secret_value()
    if not database or not broker:
        raise Misconfigured(
            "CALYPSO_DATABASE_URL and CALYPSO_REDIS_URL must name servers here. "
            f"`calypso up` starts its own and needs neither.{Files().unread()}"
        )
    engine = make_engine(database, pool_size=POOL_SIZES[role])
    client = connect(broker, master=settings.redis_master)
    secrets = Secrets(engine, settings.secrets_key.get_secret_value())
    accounts = Accounts(engine)
    live = RedisLive(broker, master=settings.redis_master)
    ports = Ports(
        jobs=PostgresJobStore(engine),
        inventory=PostgresInventoryStore(engine),
        live=live,
        hints=CeleryHints(
            broker,
            master=settings.redis_master,
            length=lambda key: int(client.llen(key)),
        ),
        secrets=secrets,
        schedules=PostgresScheduleStore(engine),
        owners=accounts,
        alerts=PostgresAlertStore(engine, tell=live.tell),
        channels=Channels(engine),
        media=PostgresMediaStore(engine),
        backup=PostgresBackupStore(engine),
    )
    return House(
        settings=settings,
        ports=ports,
        accounts=accounts,
        secrets=secrets,
        nodes=Nodes(engine),
        types=jobs.load(settings.job_folders),
        tables=inventory.load(),
        lookups=inventory.lookups(),
        engine=engine,
    )


# ---- drivers


def open_driver(settings: Settings, subsystem: str, host: Host) -> Any:
    """Open the product that serves a subsystem on this node, over a host."""
    opener = _OPENERS.get(subsystem)
    if opener is None:
        raise SubsystemUnavailable(f"Nothing serves the subsystem {subsystem} yet.")
    return opener(settings, host)


def probe(subsystem: str, driver: Any) -> Capability:
    """Ask a driver what it can do; the system subsystem is the machine itself."""
    if subsystem == "system":
        return Capability(product="linux", version=sys.platform, available=True)
    able: Capability = driver.probe()
    return able


def _open_storage(settings: Settings, host: Host) -> Storage:
    product = settings.storage_product
    if product == "auto":
        product = "zfs" if host.exists("/dev/zfs") and host.which("zfs") else "directory"
    if product == "zfs":
        return ZfsStorage(host)
    return DirectoryStorage(host, settings.state_dir / "storage")


def _open_tape(settings: Settings, host: Host) -> Tape:
    product = settings.tape_product
    if product == "auto":
        has_devices = host.exists("/dev/nst0") or host.exists("/dev/sch0")
        product = "changer" if has_devices and host.which("mtx") else "filelib"
        product = "mhvtl" if host.which("vtlcmd") else product
    changer = ChangerTape(host, settings.state_dir / "changers")
    if product == "mhvtl":
        return MhvtlTape(host, changer)
    if product == "changer":
        return changer
    files = FileTape(host, settings.state_dir / "tape")
    files.furnish()
    return files


def _open_backup(settings: Settings, host: Host) -> Backup | NoBackup:
    product = settings.backup_product
    if product == "auto":
        product = "bareos" if settings.bareos_config and not settings.bacula_director else "bacula"
    if product == "bareos" and settings.bareos_config:
        return BareosBackup(Console(host, settings.bareos_config, settings.bareos_console))
    if product == "bacula" and settings.bacula_director:
        return _open_bacula(settings, host)
    return NoBackup(SWITCHED_OFF if product == "none" else REASON)


def _open_bacula(settings: Settings, host: Host) -> BaculaBackup:
    director = Director.at(
        settings.bacula_director, settings.bacula_password, console=settings.bacula_console
    )
    has_catalog = settings.bacula_catalog_url.get_secret_value() != ""
    tools = Tools(
        host,
        settings.bacula_programs,
        settings.state_dir / "backup" / "catalog",
        configuration=settings.bacula_config_dir,
        postgres=settings.bacula_pg_programs,
    )
    etc = settings.bacula_config_dir
    trial = None if etc is None else Trial.at(host, etc, settings.bacula_programs)
    catalog = settings.bacula_catalog_url if has_catalog else None
    return BaculaBackup(director, catalog, trial, tools)


_OPENERS: Mapping[str, Callable[[Settings, Host], Any]] = {
    "storage": _open_storage,
    "tape": _open_tape,
    "backup": _open_backup,
    "system": System.by,
}


# ---- alerts


def senders(settings: Settings) -> Mapping[str, Sender]:
    """Return who sends alerts over each kind of channel."""
    return {"email": EmailSender(settings.node), "webhook": WebhookSender(settings.node)}


# ---- logs and spans


def configure_logs(settings: Settings) -> None:
    """Send structured lines to stderr, and spans where the settings say to."""
    logs.configure(settings.log_level, settings.log_format)
    for told in notice():
        structlog.get_logger().warning("settings", problem=told)
    if settings.otel_endpoint:
        _trace_to(settings)


def _trace_to(settings: Settings) -> None:
    """Have spans sent; where that cannot be, the work is done without."""
    try:
        otel = import_module("calypso.telemetry.otel")  # many parts that few want
    except ImportError:
        structlog.get_logger().warning("traces.not_sent", problem=f"otel_endpoint {OTEL_MISSING}")
        return
    tracing.install(
        otel.OtelTracer.to(settings.otel_endpoint, node=settings.node, version=__version__)
    )
