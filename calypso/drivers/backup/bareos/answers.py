"""What bconsole prints, taken apart: objects of JSON-RPC, or text.

Each command that was given with `.api json` is answered by one object; a line that begins with `{`
begins one, since bconsole's echoes begin with commands. Source: Bareos'
docs/manuals/source/DeveloperGuide/api.rst, "API mode 2 (json)".
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from calypso.drivers.backup.bareos import errors
from calypso.drivers.backup.director_refusals import (
    DirectorAsked,
    DirectorDown,
    DirectorUnreadable,
)
from calypso.drivers.backup.refusals import Unsupported

JSON, CANCEL, QUIT = ".api json", ".", "quit"
Result = dict[str, Any]
_BEGINS = re.compile(r"(?m)^\{")
_ASKS = re.compile(r"(?m)^(?P<question>\S.*[:?]) ?(?:\.|quit)?$")
_SELECTS = re.compile(r"\(\d+-\d+\): ?$|\(yes/|\(yes\||^Enter |^Please enter |^Select ")
_NO_API = re.compile(r"(?m)^\.api: is an invalid command")
_NOTICE = "You have messages."
_DECODER = json.JSONDecoder()


def results(printed: str, commands: Sequence[str]) -> list[Result]:
    """Return the result of each command; the refusal of the first that has none.

    DirectorAsked, DirectorDown when it ended before it had answered, DirectorUnreadable.
    """
    found = _objects(printed)
    if not found and _NO_API.search(printed):
        raise Unsupported("This console may not give `.api`.", original=printed)
    answered = found[1 : len(commands) + 1]  # the first answers `.api`
    done = [_result(one, command) for one, command in zip(answered, commands, strict=False)]
    if len(done) < len(commands):
        raise _unanswered(printed, commands[len(done)])
    return done


def _objects(printed: str) -> list[Result]:
    found: list[Result] = []
    position = 0
    while begins := _BEGINS.search(printed, position):
        try:
            one, position = _DECODER.raw_decode(printed, begins.start())
        except ValueError as broken:
            raise DirectorUnreadable(
                "The director's answer breaks off.", original=printed[begins.start() :]
            ) from broken
        found.append(one)
    return found


def _result(one: Result, command: str) -> Result:
    if isinstance(result := one.get("result"), dict):
        return result
    if isinstance(error := one.get("error"), dict):
        raise errors.failed(command, error)
    raise DirectorUnreadable(
        f"The answer to {_verb(command)!r} has neither a result nor an error.",
        original=json.dumps(one),
    )


def _unanswered(printed: str, command: str) -> DirectorAsked | DirectorDown:
    return _question(printed, command) or DirectorDown(
        f"The director ended before it had answered {_verb(command)!r}.", original=printed
    )


def _question(printed: str, command: str) -> DirectorAsked | None:
    for asks in _ASKS.finditer(printed):
        if _SELECTS.search(question := asks["question"]):
            return DirectorAsked(
                f"The director had a question to {_verb(command)!r}; it was cancelled.",
                original=printed,
                question=question,
            )
    return None


def text(printed: str, command: str) -> str:
    """Return what a command printed, which was followed by a dot and the end.

    bconsole echoes a line when it takes it, and it takes the next when the director has done with
    the last. So an answer is whole when the dot stands on a line of its own after it; after a
    question it stands behind that.
    """
    _, echo, rest = printed.partition(f"\n{command}\n")
    lines = [line for line in rest.rstrip().split("\n") if line.strip() != _NOTICE]
    if not echo or not lines or lines[-1] != QUIT:
        raise _unanswered(printed, command)
    if lines[-2:] != [CANCEL, QUIT]:
        raise _question(rest, command) or DirectorUnreadable(
            f"The answer to {_verb(command)!r} has no end.", original=printed
        )
    return "\n".join(lines[:-2])


def _verb(command: str) -> str:
    return command.split(" ", maxsplit=1)[0]
