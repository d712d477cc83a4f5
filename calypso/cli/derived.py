"""From a job type's JSON Schema to a command with options, and from its options to parameters."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer

from calypso.errors import FieldError, Invalid

Json = Mapping[str, Any]
Run = Callable[..., None]
SCALARS: Mapping[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}


@dataclass(frozen=True)
class Field:
    """One parameter of a job type and the option people give it by."""

    name: str
    schema: Json
    required: bool

    @property
    def options(self) -> list[str]:
        """The option's spellings."""
        word = self.name.replace("_", "-")
        return [f"--{word}/--no-{word}"] if self.annotation is bool else [f"--{word}"]

    @property
    def annotation(self) -> Any:
        """What Typer reads the words as; all else is text, read by `read`."""
        if words := self.schema.get("enum"):
            return Literal[tuple(words)]
        kind = self.schema.get("type")
        if scalar := SCALARS.get(str(kind)):
            return scalar
        return list[str] if self._is_repeated else str

    @property
    def help(self) -> str:
        """What it is for, and how it is written where that is not plain."""
        said = [str(self.schema.get("description") or "")]
        if self._is_mapping:
            said.append("KEY=VALUE, as often as needed.")
        elif self.annotation == list[str]:
            said.append("As often as needed." if self._holds_text else "JSON, as often as needed.")
        elif self._is_secret:
            said.append("The secret's name.")
        elif self.annotation is str and self.schema.get("type") != "string":
            said.append("JSON.")
        if self.required:
            said.append("[required]")
        return " ".join(part for part in said if part)

    @property
    def default(self) -> Any:
        """What is taken when nothing is given; for the help only."""
        value = self.schema.get("default")
        is_hollow = isinstance(value, dict) and not any(value.values())
        return None if is_hollow or value in (None, []) else value

    def read(self, given: Any) -> Any:
        """Return the value for the parameter; Invalid when the words cannot be read."""
        if self._is_mapping:
            return dict(self._pair(word) for word in given)
        if self.annotation == list[str] and not self._holds_text:
            return [self._json(word) for word in given]
        if self._is_secret and not given.startswith("{"):
            return {"secret": given}
        if self.annotation is str and self.schema.get("type") != "string":
            return self._json(given)
        return list(given) if self.annotation == list[str] else given

    @property
    def _is_mapping(self) -> bool:
        is_open = self.schema.get("additionalProperties") or self.schema.get("patternProperties")
        return self.schema.get("type") == "object" and bool(is_open)

    @property
    def _is_secret(self) -> bool:
        return list(self.schema.get("properties", ())) == ["secret"]

    @property
    def _is_repeated(self) -> bool:
        return self.schema.get("type") == "array" or self._is_mapping

    @property
    def _holds_text(self) -> bool:
        return bool(self.schema.get("items", {}).get("type") == "string")

    def _pair(self, word: str) -> tuple[str, str]:
        key, equals, value = word.partition("=")
        if not equals:
            raise self._wrong(f"{word!r} is not KEY=VALUE")
        return key, value

    def _json(self, word: str) -> Any:
        try:
            return json.loads(word)
        except ValueError as wrong:
            raise self._wrong(f"{word!r} is not JSON ({wrong})") from wrong

    def _wrong(self, why: str) -> Invalid:
        return Invalid(f"{self.options[0]}: {why}.", [FieldError(f"/params/{self.name}", "", why)])


def fields_of(schema: Json) -> list[Field]:
    """Return the parameters a type's schema declares, in its order."""
    definitions = schema.get("$defs", {})
    required = schema.get("required", ())
    return [
        Field(name, _plain(one, definitions), name in required)
        for name, one in schema.get("properties", {}).items()
    ]


def params_of(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that were given; what was left out stays out."""
    return {
        field.name: field.read(value)
        for field in fields
        if (value := given.get(_slot(field))) not in (None, [], ())
    }


def command_of(info: Json, general: Sequence[inspect.Parameter], run: Run) -> Run:
    """Return a function that Typer makes a command of: the general options and the type's own.

    `run` gets what was given, the type's parameters as `params`.
    """
    fields = fields_of(info["params_schema"])

    def command(**given: Any) -> None:
        kept = {one.name: given[one.name] for one in general}
        run(info, params=params_of(fields, given), **kept)

    parameters = [*general, *(_parameter(field) for field in fields)]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect reads
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__doc__ = f"{info['title']}.\n\n{info['description']}".strip()
    return command


def _parameter(field: Field) -> inspect.Parameter:
    option = typer.Option(
        *field.options, help=field.help, show_default=False if field.default is None else
        str(field.default), rich_help_panel="Parameters",
    )  # fmt: skip
    return inspect.Parameter(
        _slot(field),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[field.annotation | None, option],
    )


def _slot(field: Field) -> str:
    """Return a name that no general option has."""
    return f"param_{field.name}"


def _plain(schema: Json, definitions: Json) -> Json:
    """Return a schema without references and without the `or null` of an optional one."""
    if "$ref" in schema:
        told = definitions.get(schema["$ref"].rpartition("/")[2], {})
        return _plain({**told, **{k: v for k, v in schema.items() if k != "$ref"}}, definitions)
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        return _plain({**choices[0], **rest}, definitions)
    return schema
