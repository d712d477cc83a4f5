"""The first administrator: made at the first start, with a password nobody chose."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from calypso.embedded.keys import write_private
from calypso.embedded.programs import command
from calypso.errors import Unavailable
from calypso.host.daemon import Told, tell

NAME = "admin"
FILE = "admin-password"
LIMIT_S = 60.0

Tell = Callable[..., Told]


def ensure(data: Path, env: Mapping[str, str], *, own_database: bool, tell: Tell = tell) -> str:
    """See to it that there is an administrator; returns a line on how to sign in.

    The password gets its final name last, so that a start cut in the middle is made up for.
    """
    kept, fresh = data / FILE, data / f"{FILE}.new"
    if kept.exists() and own_database:
        return _found(kept)
    password_file = kept if kept.exists() else fresh
    was_there = password_file.exists()
    if not was_there:
        write_private(fresh, secrets.token_urlsafe(16))
    argv = command("user", "add", "--role", "admin", "--password-file", str(password_file), NAME)
    told = tell(argv, env=env, timeout_s=LIMIT_S)
    if told.code:
        raise Unavailable(f"The first administrator could not be made: {told.stderr.strip()}")
    if "exists" in told.stdout + told.stderr and not was_there:
        fresh.unlink()
        return f"The account {NAME} was there already; its password is not known here."
    if password_file == fresh:
        fresh.rename(kept)
    return _found(kept)


def _found(kept: Path) -> str:
    return f"Sign in as {NAME}; the password is in {kept}"
