"""The keys and the first password of an `up`: made once, in files only their owner reads."""

import base64
import os
import secrets
from pathlib import Path

from calypso.config import Settings
from calypso.host.daemon import Ids

FILE = "secrets.env"
KEY_BYTES = 32


def keys(data: Path, settings: Settings) -> dict[str, str]:
    """Return the API's and the secret store's keys: configured ones, or those of the directory."""
    configured = {
        "CALYPSO_JWT_KEY": settings.jwt_key.get_secret_value(),
        "CALYPSO_SECRETS_KEY": settings.secrets_key.get_secret_value(),
    }
    kept = _kept(data / FILE)
    return {name: value or kept[name] for name, value in configured.items()}


def write_private(file: Path, text: str, ids: Ids | None = None) -> None:
    """Write a file only its owner reads, whole or not at all; `ids` is who, or None for us."""
    aside = file.with_name(f"{file.name}.aside")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    with aside.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())  # else a power cut may leave the name and no content
    if ids is not None:
        os.chown(aside, ids.uid, ids.gid)
    aside.rename(file)


def _kept(file: Path) -> dict[str, str]:
    if not file.exists():
        write_private(file, "".join(f"{name}={key}\n" for name, key in _made().items()))
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    return {name: kept.get(name, "") for name in ("CALYPSO_JWT_KEY", "CALYPSO_SECRETS_KEY")}


def _made() -> dict[str, str]:
    return {
        "CALYPSO_JWT_KEY": secrets.token_urlsafe(KEY_BYTES),
        "CALYPSO_SECRETS_KEY": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
