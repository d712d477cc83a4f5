r"""Blocks of directives as text: one directive a line, each value quoted.

Inside quotes Bacula's parser knows two escapes, `\\` and `\"`; it takes every other byte but a
carriage return as it is. One directive a line, since those that take a list or a rate swallow the
rest of theirs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calypso.errors import Invalid

MAX_VALUE_BYTES = 2000  # a token of the parser holds 4000 with its escapes

Value = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Words:
    """What is written without quotes; constants of ours only."""

    text: str


Directive = tuple[str, Value | Words]


@dataclass(frozen=True)
class Block:
    """A resource, or a part of one. A directive without a value is left out."""

    kind: str
    entries: Sequence["Directive | Block"]


def text(blocks: Sequence[Block]) -> str:
    """Return blocks as the text of a file."""
    return "\n".join("".join(f"{line}\n" for line in _lines(block)) for block in blocks)


def quoted(value: str) -> str:
    """Return a value in quotes that nothing in it can end; Invalid when there are none for it."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):  # noqa: PLR2004 - ASCII
        raise Invalid("A value of the configuration has a control character in it.")
    if len(value.encode()) > MAX_VALUE_BYTES:
        raise Invalid(f"A value of the configuration is longer than {MAX_VALUE_BYTES} bytes.")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def include(path: str) -> str:
    """Return the line that reads another file in."""
    return f"@{quoted(path)}\n"


def _lines(block: Block) -> Iterator[str]:
    yield f"{block.kind} {{"
    for entry in block.entries:
        if isinstance(entry, Block):
            yield from (f"  {line}" for line in _lines(entry))
        elif entry[1] is not None:
            yield f"  {entry[0]} = {_written(entry[1])}"
    yield "}"


def _written(value: Value | Words) -> str:
    match value:
        case Words():
            return value.text
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case tuple():
            return ", ".join(quoted(one) for one in value)
        case _:
            return quoted(str(value))
