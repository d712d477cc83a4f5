"""The description of this API, and of every job type behind it, as OpenAPI 3.1."""

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel

from api.job_shapes import JobTypeInfo
from calypso.models.inventory import InventoryTable
from calypso.models.jobtype import JobType
from calypso.models.lookup import Lookup
from calypso.wiring import House

REF = "#/components/schemas/"
PROBLEM = {"application/problem+json": {"schema": {"$ref": f"{REF}ProblemDetails"}}}
PUBLIC = ("/healthz", "/readyz", "/version", "/auth/login")
Document = dict[str, Any]


def once(app: OpenAPI, house: House) -> Callable[[], Document]:
    """Return what makes the document at its first call and keeps it."""
    lock, made = Lock(), list[Document]()

    def document() -> Document:
        with lock:
            if not made:
                made.append(describe(app, house))
        return made[0]

    return document


def describe(app: OpenAPI, house: House) -> Document:
    """Return the document: the routes, and a schema for each job type and table."""
    document: Document = json.loads(json.dumps(app.api_doc))
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        for operation in item.values():
            _complete(operation)
    for path in PUBLIC:
        for operation in document["paths"][f"/api/v1{path}"].values():
            operation["security"] = []
    _remove_nested_definitions(schemas)
    _require_what_is_always_there(document)
    schemas["JobTypeInfo"] = JobTypeInfo.model_json_schema()
    document["security"] = [{"bearer": []}]
    _describe_jobs(document, house.types)
    _describe_tables(document, house)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


def _complete(operation: Document) -> None:
    """Every operation may answer with a problem."""
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    responses["default"] = {"description": "A problem, as RFC 9457 says.", "content": PROBLEM}
    if "description" in operation:
        operation["description"] = operation["description"].replace("<br/>", "\n").strip()
    if operation.get("security") == []:
        del operation["security"]


def _require_what_is_always_there(document: Document) -> None:
    """An answer has every field, whatever has a default when it is made."""
    asked = _named_in_bodies(document)
    for name, schema in document["components"]["schemas"].items():
        if name not in asked and name != "ProblemDetails" and "properties" in schema:
            schema["required"] = list(schema["properties"])


def _named_in_bodies(document: Document) -> set[str]:
    """Return the schemas that a request's body names, and those that these name."""
    schemas = document["components"]["schemas"]
    operations = [one for item in document["paths"].values() for one in item.values()]
    found: set[str] = set()
    waiting = [json.dumps([one.get("requestBody") for one in operations])]
    while waiting:
        text = waiting.pop()
        named = {name for name in schemas if f'"{REF}{name}"' in text} - found
        found |= named
        waiting.extend(json.dumps(schemas[name]) for name in named)
    return found


def _remove_nested_definitions(schemas: Document) -> None:
    for schema in schemas.values():
        schema.pop("$defs", None)


USED_BY: Document = {
    "description": "The job that uses it now; null when none does.",
    "anyOf": [
        {
            "type": "object",
            "properties": {"id": {"type": "string", "format": "uuid"}, "title": {"type": "string"}},
            "required": ["id", "title"],
        },
        {"type": "null"},
    ],
}


def _describe_jobs(document: Document, types: Mapping[str, JobType]) -> None:
    """Say for each job type what POST /jobs takes."""
    schemas = document["components"]["schemas"]
    shared = schemas["JobRequest"]["properties"]
    offered = sorted((one for one in types.values() if not one.control), key=lambda t: t.name)
    for job_type in offered:
        _add_model(schemas, f"params.{job_type.name}", job_type.params, mode="validation")
        _add_model(schemas, f"result.{job_type.name}", job_type.result, mode="serialization")
        schemas[f"job.{job_type.name}"] = {
            "type": "object",
            "title": job_type.title,
            "description": job_type.description,
            "additionalProperties": False,
            "required": ["type"],
            "properties": {
                **shared,
                "type": {"type": "string", "const": job_type.name},
                "params": {"$ref": f"{REF}params.{job_type.name}"},
            },
        }
    names = [one.name for one in offered]
    body = document["paths"]["/api/v1/jobs"]["post"]["requestBody"]
    body["content"]["application/json"]["schema"] = {
        "oneOf": [{"$ref": f"{REF}job.{name}"} for name in names],
        "discriminator": {
            "propertyName": "type",
            "mapping": {name: f"{REF}job.{name}" for name in names},
        },
    }


def _describe_tables(document: Document, house: House) -> None:
    """Say for each table what its rows hold."""
    for table in sorted(house.tables.values(), key=lambda one: one.name):
        row = _describe_table(document, table, [_filter(one) for one in table.filters])
        if table.used_by:
            row["properties"]["job"] = USED_BY
            row["required"].append("job")
    for lookup in sorted(house.lookups.values(), key=lambda one: one.name):
        _describe_table(document, lookup, _fields(lookup.asked))


def _describe_table(
    document: Document, table: InventoryTable | Lookup, filters: list[Document]
) -> Document:
    """Add a table's own path and schemas, and return that of its rows."""
    schemas, paths = document["components"]["schemas"], document["paths"]
    general = paths["/api/v1/inventory/{subsystem}/{noun}"]["get"]
    name = f"row.{table.subsystem}.{table.noun}"
    _add_model(schemas, name, table.row, mode="serialization")
    row: Document = schemas[name]
    row["properties"]["node"] = {"type": "string"}
    row["required"].append("node")
    schemas[f"{name}.page"] = {
        **schemas["Rows"],
        "title": table.title,
        "properties": {
            **schemas["Rows"]["properties"],
            "items": {"type": "array", "items": {"$ref": f"{REF}{name}"}},
        },
    }
    shared = [one for one in general["parameters"] if one["in"] == "query"]
    paths[f"/api/v1/inventory/{table.name}"] = {
        "get": {
            "tags": general["tags"],
            "summary": f"List {table.title.lower()}",
            "operationId": f"read_{table.subsystem}_{table.noun}",
            "parameters": [*shared, *filters],
            "responses": {
                "200": {
                    "description": "OK",
                    "content": {"application/json": {"schema": {"$ref": f"{REF}{name}.page"}}},
                },
                "default": general["responses"]["default"],
            },
        }
    }
    return row


def _filter(column: str) -> Document:
    return {"name": column, "in": "query", "required": False, "schema": {"type": "string"}}


def _fields(asked: type[BaseModel]) -> list[Document]:
    """Return the fields of a model as parameters of a query."""
    return [
        {
            **_filter(name),
            "required": field.is_required(),
            "description": field.description,
        }
        for name, field in asked.model_fields.items()
    ]


def _add_model(schemas: Document, name: str, model: type[BaseModel], *, mode: Any) -> None:
    """Add a model's schema under a name, with what it refers to under names below that."""
    schema = model.model_json_schema(mode=mode, ref_template=f"{REF}{name}.{{model}}")
    for inner, definition in schema.pop("$defs", {}).items():
        schemas[f"{name}.{inner}"] = _complete_schema(definition, mode)
    schemas[name] = _complete_schema(schema, mode)


def _complete_schema(schema: Document, mode: str) -> Document:
    if mode == "serialization" and schema.get("properties"):
        schema["required"] = list(schema["properties"])
    return schema
