r"""What pg_restore writes as a script, run over a connection.

Data are the only part that is more than statements: `COPY … FROM stdin;`, rows, and `\.`.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import psycopg

END = b"\\.\n"
BLOCK_BYTES = 1 << 20
# For psql alone, at the head and at the end; and a setting that servers before 17 do not know.
_NOT_FOR_SERVERS = re.compile(
    rb"^(?:\\restrict .*|\\unrestrict .*|SET transaction_timeout = 0;)$", re.MULTILINE
)
_COPY = re.compile(rb"COPY .* FROM stdin;\n")


def statements(script: Path) -> bytes:
    """Return a script without data, as a server takes it."""
    return _NOT_FOR_SERVERS.sub(b"", script.read_bytes())


def load(connection: psycopg.Connection[Any], script: Path, step: Callable[[int], None]) -> None:
    """Run a script of data; `step` is told how many bytes of it are done."""
    with script.open("rb") as file:
        for line in file:
            if _COPY.fullmatch(line):
                _copy(connection, line, file, step)
            elif _is_statement(line):
                connection.execute(line)


def _copy(
    connection: psycopg.Connection[Any], statement: bytes, file: IO[bytes],
    step: Callable[[int], None],
) -> None:  # fmt: skip
    with connection.cursor() as cursor, cursor.copy(statement.rstrip().rstrip(b";")) as copy:
        for block in _blocks(file):
            copy.write(block)
            step(file.tell())


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield rows, many at once, up to the line that ends them."""
    rows, size = [], 0
    while (line := file.readline()) != END:
        if not line:
            raise psycopg.DataError("unexpected end of file in the data of a table")
        rows.append(line)
        size += len(line)
        if size > BLOCK_BYTES:
            yield b"".join(rows)
            rows, size = [], 0
    yield b"".join(rows)


def _is_statement(line: bytes) -> bool:
    """Tell a statement, which is of one line here, from comments and what is for psql."""
    return line.strip() != b"" and not line.startswith((b"--", b"\\")) and (
        _NOT_FOR_SERVERS.match(line) is None
    )  # fmt: skip
