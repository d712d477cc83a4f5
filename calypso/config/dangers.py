"""Settings that work and let somebody in: open files, keys everybody knows, lines anybody reads."""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from calypso.config.files import Files, Place
from calypso.config.problems import Problem, warning
from calypso.config.settings import Settings

SECRET_FIELDS = tuple(
    name for name, one in Settings.model_fields.items() if "SecretStr" in str(one.annotation)
)
KEYS = ("jwt_key", "secrets_key")
SHORTEST_KEY = 32  # characters: what signs tokens with SHA-256 has 256 bits
# With these a line is encrypted whatever the server says; with the others it may not be.
SAFE_SSL = {"require", "verify-ca", "verify-full"}
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - what is looked for
# Words of documentation and of first tries.
DEFAULT_WORDS = (
    "change", "secret", "example", "default", "calypso", "password", "insecure", "development",
    "replace", "your", "test",
)  # fmt: skip


def of_files(files: Files) -> Iterator[Problem]:
    """Say which files more people read than should, and which secrets stand in the wrong one."""
    yield from _open(files.secrets.file, "is readable by others. chmod 600 it.", others_only=False)
    for said in files.yaml:
        told = [name for name in SECRET_FIELDS if said.values.get(name)]
        for name in told:
            if said.file.parent == files.etc:
                yield warning(
                    "secret_in_yaml",
                    f"a secret belongs in {files.secrets.file} (CALYPSO_{name.upper()}=), "
                    "which nobody else reads.",
                    setting=name,
                    place=said.place(name),
                )
        if told and said.file.parent != files.etc and not _is_closed(said.file.parent):
            yield from _open(said.file, "holds a password and is readable by everybody. chmod 640.")


def of_values(settings: Settings, places: dict[str, Place]) -> Iterator[Problem]:
    """Say what is dangerous in what is set, in production."""
    yield from _keys(settings, places)
    if _is_open(settings.listen) and settings.tls_certificate is None:
        yield warning(
            "no_tls",
            f"{settings.listen} is reached from the network, and without tls_certificate passwords "
            "go over it in the clear. Set tls_certificate and tls_key, or listen on 127.0.0.1 "
            "behind a proxy.",
            setting="listen",
            place=places.get("listen"),
        )
    for name in ("database_url", "node_database_url", "bacula_catalog_url"):
        yield from _database(name, getattr(settings, name).get_secret_value(), places.get(name))
    for name in ("redis_url", "node_redis_url"):
        yield from _redis(name, getattr(settings, name).get_secret_value(), places.get(name))
    if settings.tls_key is not None:
        yield from _open(settings.tls_key, "is a private key that everybody reads. chmod 640 it.")


def hosts(url: str) -> list[str]:
    """Return the hosts of an address that are not this machine."""
    parts = split(url)
    if parts is None:
        return []
    named = [host_of(part) for part in parts.netloc.rpartition("@")[2].split(",")]
    named += [host for text in parse_qs(parts.query).get("host", []) for host in text.split(",")]
    return [host for host in named if host and not _is_here(host)]


def host_of(part: str) -> str:
    """Return the host of `host:port`, `[::1]:port` or a host alone."""
    if part.startswith("["):
        return part[1:].partition("]")[0]
    return part.rpartition(":")[0] if ":" in part else part


def split(url: str) -> SplitResult | None:
    """Return the parts of an address; None where it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _keys(settings: Settings, places: dict[str, Place]) -> Iterator[Problem]:
    for name in KEYS:
        key = getattr(settings, name).get_secret_value()
        if not key:
            continue
        word = next((word for word in DEFAULT_WORDS if word in key.lower()), "")
        if word or len(key) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 4:
            yield warning(
                "default_key",
                "can be guessed: it is short, or made of words. Make one: openssl rand -base64 32",
                setting=name,
                place=places.get(name),
            )
    if settings.jwt_key == settings.secrets_key and settings.jwt_key.get_secret_value():
        yield warning(
            "same_key", "is the same as secrets_key. Make one of its own.",
            setting="jwt_key", place=places.get("jwt_key"),
        )  # fmt: skip


def _database(name: str, url: str, place: Place | None) -> Iterator[Problem]:
    far, parts = hosts(url), split(url)
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[-1] if parts else ""
    if far and mode not in SAFE_SSL:
        yield warning(
            "no_tls",
            f"the line to {far[0]} may be in the clear. Add sslmode=verify-full to the address "
            "(and sslrootcert= with who signed its certificate).",
            setting=name,
            place=place,
        )


def _redis(name: str, url: str, place: Place | None) -> Iterator[Problem]:
    far, parts = hosts(url), split(url)
    if far and not url.startswith("rediss://"):
        yield warning(
            "no_tls", f"the line to {far[0]} is in the clear. Use rediss:// there.",
            setting=name, place=place,
        )  # fmt: skip
    if far and parts and not parts.password:
        yield warning(
            "no_password", f"whoever reaches {far[0]} may stop workers. Give it a password.",
            setting=name, place=place,
        )  # fmt: skip


def _open(file: Path, message: str, *, others_only: bool = True) -> Iterator[Problem]:
    try:
        found = file.stat()
    except OSError:  # what is not there, or out of reach, is told elsewhere
        return
    if stat.S_IMODE(found.st_mode) & (0o007 if others_only else 0o077):
        yield warning("open_file", message, place=Place(file))


def _is_closed(folder: Path) -> bool:
    return not stat.S_IMODE(folder.stat().st_mode) & 0o001


def _is_open(listen: str) -> bool:
    host = host_of(listen)
    return host in EVERYWHERE or not _is_here(host)


def _is_here(host: str) -> bool:
    if host.startswith(("/", "@", "unix")) or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
