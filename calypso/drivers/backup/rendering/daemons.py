"""The daemons themselves: bacula-dir.conf, bacula-sd.conf and bacula-fd.conf as a whole.

They listen on one address each, and give up a dead client or storage within seconds; Bacula's own
default is half an hour.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from calypso.drivers.backup.rendering import resources
from calypso.drivers.backup.rendering.lines import CATALOG, MESSAGES
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.drivers.backup.rendering.text import Block, Directive, Words, include, quoted, text
from calypso.models.backup_config import BackupConfig, ClientResource, StorageResource
from calypso.models.backup_names import BackupName, BackupResource, DaemonAddress, FolderPath, Port

CONNECT_S = 10
HEARTBEAT_S = 5
MAX_CONCURRENT = 20
DISK = "File"
DAEMON_MESSAGES = "Daemon"


class Daemon(BackupResource):
    """Where a daemon listens and keeps what it must remember."""

    name: BackupName
    address: DaemonAddress
    port: Port
    working: FolderPath
    plugins: FolderPath | None = None
    encrypts: bool | None = None  # what it sends to others; None: it knows no such thing


@dataclass(frozen=True)
class Catalog:
    """A PostgreSQL database for the director's books."""

    database: str
    user: str
    password: SecretStr
    address: str
    port: int


def director(
    daemon: Daemon,
    password: SecretStr,
    catalog: Catalog,
    config: BackupConfig,
    secrets: Secrets,
    *,
    query_file: str,
    includes: Iterable[str] = (),
) -> str:
    """Return bacula-dir.conf: the director, its catalog, its resources, and files it reads in."""
    head = [
        Block(
            "Director",
            [
                ("Name", daemon.name),
                ("Dir Address", _address(daemon)),
                ("Dir Port", daemon.port),
                ("Query File", query_file),
                *_folders(daemon),
                ("Password", password.get_secret_value()),
                ("Messages", DAEMON_MESSAGES),
                ("FD Connect Timeout", CONNECT_S),
                ("SD Connect Timeout", CONNECT_S),
                ("Heartbeat Interval", HEARTBEAT_S),
            ],
        ),
        _catalog(catalog),
        *_messages(),
    ]
    blocks = [*head, *resources.blocks(config, secrets)]
    return text(blocks) + "".join(f"\n{include(path)}" for path in includes)


def storage(
    daemon: Daemon, director: str, password: SecretStr, storages: Iterable[StorageResource]
) -> str:
    """Return bacula-sd.conf, with the devices of all storages that are folders."""
    return text(
        [
            Block(
                "Storage",
                [
                    ("Name", daemon.name),
                    ("SD Address", _address(daemon)),
                    ("SD Port", daemon.port),
                    *_folders(daemon),
                    ("Heartbeat Interval", HEARTBEAT_S),
                ],
            ),
            _trusted(director, password),
            _to_director(director),
            *(block for one in storages for block in _devices(one)),
        ]
    )


def client(daemon: Daemon, director: str, password: SecretStr) -> str:
    """Return bacula-fd.conf."""
    return text(
        [
            Block(
                "FileDaemon",
                [
                    ("Name", daemon.name),
                    ("FD Address", _address(daemon)),
                    ("FD Port", daemon.port),
                    *_folders(daemon),
                    ("Heartbeat Interval", HEARTBEAT_S),
                    ("TLS PSK Enable", daemon.encrypts),
                ],
            ),
            _trusted(director, password),
            _to_director(director),
        ]
    )


def client_side(client: ClientResource, director: str) -> str:
    """Return what bacula-fd.conf of a client must say for its director; no password is in it."""
    value = Words(f"<the value of the secret {client.password}>")
    return text(
        [
            Block("FileDaemon", [("Name", client.name), ("FD Port", client.port)]),
            Block("Director", [("Name", director), ("Password", value)]),
        ]
    )


def resources_only(config: BackupConfig, secrets: Secrets) -> str:
    """Return what a bacula-dir.conf reads in: resources, and nothing of the director itself."""
    return text(list(resources.blocks(config, secrets)))


def _address(daemon: Daemon) -> Words:
    return Words(daemon.address)  # validated; the parser takes no quotes here


def _folders(daemon: Daemon) -> Iterator[Directive]:
    yield "Working Directory", daemon.working
    yield "Pid Directory", daemon.working
    yield "Plugin Directory", daemon.plugins
    yield "Maximum Concurrent Jobs", MAX_CONCURRENT


def _catalog(catalog: Catalog) -> Block:
    return Block(
        "Catalog",
        [
            ("Name", CATALOG),
            ("DB Name", catalog.database),
            ("DB User", catalog.user),
            ("DB Password", catalog.password.get_secret_value()),
            ("DB Address", catalog.address),
            ("DB Port", catalog.port),
        ],
    )


def _messages() -> Iterator[Block]:
    """Return where messages go: a job's to the catalog, all to the daemon's own output."""
    said, wanted = Words("all, !skipped"), Words("all, !skipped, !saved")
    yield Block(
        "Messages",
        [
            ("Name", MESSAGES),
            ("Console", wanted),
            ("Stdout", said),
            ("Catalog", Words("all, !debug")),
        ],
    )
    yield Block("Messages", [("Name", DAEMON_MESSAGES), ("Console", wanted), ("Stdout", said)])


def _trusted(director: str, password: SecretStr) -> Block:
    return Block("Director", [("Name", director), ("Password", password.get_secret_value())])


def _to_director(director: str) -> Block:
    told = Words(f"{quoted(director)} = all, !skipped, !restored")
    return Block("Messages", [("Name", MESSAGES), ("Director", told)])


def _devices(one: StorageResource) -> Iterator[Block]:
    if one.directory is None:
        return
    if not one.autochanger:
        yield _device(one, one.device, 0)
        return
    drives = [f"{one.device}-{index}" for index in range(one.drives)]
    yield Block(
        "Autochanger",
        [
            ("Name", one.device),
            ("Device", tuple(drives)),
            ("Changer Command", ""),
            ("Changer Device", "/dev/null"),
        ],
    )
    yield from (_device(one, drive, index) for index, drive in enumerate(drives))


def _device(one: StorageResource, name: str, index: int) -> Block:
    return Block(
        "Device",
        [
            ("Name", name),
            ("Device Type", DISK),
            ("Media Type", one.media_type),
            ("Archive Device", one.directory),
            ("Autochanger", one.autochanger),
            ("Drive Index", index if one.autochanger else None),
            ("Label Media", True),
            ("Random Access", True),
            ("Automatic Mount", True),
            ("Removable Media", False),
            ("Always Open", False),
            ("Maximum Concurrent Jobs", 1 if one.autochanger else one.max_concurrent),
        ],
    )
