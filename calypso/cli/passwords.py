"""Where a password comes from: a file, stdin, or a person; never the arguments."""

import sys
from pathlib import Path

import typer

from calypso.errors import Invalid


def read_password(file: Path | None, *, prompt: str, confirm: bool = False) -> str:
    """Return a password from a file (`-`: stdin), from a pipe, or asked for at the terminal.

    Of a file or pipe the first line counts. Invalid when it is empty or cannot be read.
    """
    if file is None and sys.stdin.isatty():
        return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=confirm))
    try:
        piped = file is None or str(file) == "-"
        text = sys.stdin.readline() if piped else Path(str(file)).read_text(encoding="utf-8")
    except (OSError, ValueError) as wrong:
        raise Invalid(f"The password cannot be read from {file}: {wrong}") from wrong
    password = text.partition("\n")[0].removesuffix("\r")
    if not password:
        raise Invalid("The password is empty. Write it as the first line of the file or of stdin.")
    return password
