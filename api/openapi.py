"""Writes the description of this release's API to docs/openapi.json: `python -m api.openapi`."""

import json
import sys
from pathlib import Path

from flask import Flask

from api.app import create_app
from api.describing import Document
from calypso.config import Settings
from calypso.wiring import build

GOLDEN = Path(__file__).parent.parent / "docs" / "openapi.json"


def of_this_release() -> Document:
    """Return the document for the job types and tables that come with Calypso."""
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:9/none",
        redis_url="redis://127.0.0.1:9/0",
        jwt_key="only-for-the-document-nothing-is-signed",
    )
    app: Flask = create_app(build(settings, role="cli"))
    document: Document = app.extensions["openapi_document"]()
    return document


def text() -> str:
    """Return the document as it is kept in docs/openapi.json."""
    return json.dumps(of_this_release(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{GOLDEN}\n")
