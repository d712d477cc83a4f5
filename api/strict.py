"""JSON bodies, read strictly: what cannot be understood in one way only is refused."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from flask import Request

from calypso.errors import FieldError, Invalid, Unreadable

MAX_DEPTH = 64
MAX_NUMBER_DIGITS = 19  # beyond 64 bits no reader of JSON agrees with another
_Pairs = list[tuple[str, Any]]


class StrictRequest(Request):
    """A request whose JSON is read by our rules; no body at all counts as an empty object."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002 - Flask's signature
        """Return the body; Unreadable, Invalid."""
        if "calypso.json" not in self.environ:
            data = self.get_data()
            self.environ["calypso.json"] = read_object(data) if data else {}
        return self.environ["calypso.json"]


def read_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; Unreadable when it is none, Invalid for odd values."""
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_doubles,
            parse_constant=_no_constant,
            parse_int=_small_int,
            parse_float=_finite_float,
        )
    except UnicodeDecodeError:
        raise Unreadable("The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        raise Unreadable(f"The body is not JSON: {wrong.msg} at {where}.") from None
    if not isinstance(found, dict):
        raise Invalid(
            "The body must be a JSON object.", [FieldError("", "object", "not a JSON object")]
        )
    _check(found)
    return found


def _no_doubles(pairs: _Pairs) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"The body names the key {_shown(twice)} twice.")
    return found


def _no_constant(text: str) -> NoReturn:
    raise Unreadable(f"{text} is not JSON.")


def _small_int(text: str) -> int:
    if len(text.lstrip("-")) > MAX_NUMBER_DIGITS:
        raise Invalid("A number is too large.", [FieldError("", "number", "beyond 64 bits")])
    return int(text)


def _finite_float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Invalid("A number is too large.", [FieldError("", "number", "beyond 64 bits")])
    return value


def _check(found: dict[str, Any]) -> None:
    for pointer, depth, value in _walk(found):
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(value, str) and (message := text_fault(value)):
            raise Invalid("The body holds text that cannot be stored.", [
                FieldError(pointer.encode("utf-8", "replace").decode(), "text", message)
            ])  # fmt: skip


def text_fault(text: str) -> str | None:
    """Return what makes a text impossible to store, or None."""
    if "\0" in text:
        return "contains the NUL character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "contains half of a surrogate pair"
    return None


def _walk(found: Any) -> Iterator[tuple[str, int, Any]]:
    """Yield (pointer, depth, value) of all there is, keys as values too, without recursion."""
    waiting: list[tuple[str, int, Any]] = [("", 1, found)]
    while waiting:
        pointer, depth, value = waiting.pop()
        yield pointer, depth, value
        parts = (
            value.items() if isinstance(value, dict)
            else enumerate(value) if isinstance(value, list) else ()
        )  # fmt: skip
        for name, part in parts:
            below = f"{pointer}/{str(name)[:100].replace('~', '~0').replace('/', '~1')}"
            waiting.append((below, depth + 1, part))
            if isinstance(name, str):
                waiting.append((below, depth, name))


def _shown(text: str) -> str:
    return json.dumps(text[:100])


def _too_deep() -> Unreadable:
    return Unreadable(f"The body is nested more than {MAX_DEPTH} levels deep.")
