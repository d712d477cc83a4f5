"""The description is true, complete, valid, and the one that is kept."""

import json
import re

from openapi_spec_validator import validate

from api.openapi import GOLDEN, text


def test_the_kept_document_is_fresh():
    assert GOLDEN.read_text(encoding="utf-8") == text(), "run: make openapi"


def test_the_document_is_valid_and_names_no_outside_address(client):
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert "http://" not in json.dumps(document) + client.get("/api/v1/docs").text
    told = json.dumps(document) + client.get("/api/v1/docs").text
    assert not re.search(r"https://\w", told)


def test_every_job_type_and_table_is_described(client, house):
    document = client.get("/api/v1/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    for name, job_type in house.types.items():
        wanted = set(job_type.params.model_fields)
        assert set(schemas[f"params.{name}"].get("properties", {})) == wanted
        assert f"job.{name}" in schemas
    for name in house.tables:
        assert f"/api/v1/inventory/{name}" in document["paths"]


def test_every_route_is_described(app):
    from api.app import declared_path

    paths = app.extensions["openapi_document"]()["paths"]
    routes = {declared_path(rule) for rule in app.url_map.iter_rules()}
    hidden = {"/api/v1/openapi.json", "/api/v1/docs", "/api/v1/docs/{name}", "/", "/{page}"}
    assert routes - hidden <= set(paths)
