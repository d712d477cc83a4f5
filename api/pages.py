"""The pages for people: one document whatever the address, and the files that it loads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Blueprint, Flask, Response
from werkzeug.routing import PathConverter
from whitenoise import WhiteNoise  # type: ignore[import-untyped]  # it has no types

from calypso.errors import Unavailable

UI = Path(__file__).parent / "ui"  # what web/build.py makes of web/
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
WEEK_S = 7 * 86400

blueprint = Blueprint("pages", __name__)


class PagesMissing(Unavailable):
    """The installation was made without the pages; the API and the command line work."""

    code = "pages_missing"
    title = "The pages were not built"


class PageAddress(PathConverter):
    """Any address but those of the API, and of files that the pages load."""

    regex = r"(?!api(?:/|$)|assets/).*"


def install(app: Flask) -> None:
    """Serve the pages at every address that is not the API's."""
    app.url_map.converters["page"] = PageAddress
    app.register_blueprint(blueprint)


def with_files(app: Callable[..., Any]) -> Any:
    """Return a WSGI application that answers with the files of the pages, else asks `app`.

    Compressed as they were built. Names in assets/ carry their content's hash: kept for ever.
    """
    return WhiteNoise(
        app,
        root=UI if UI.is_dir() else None,
        max_age=WEEK_S,
        allow_all_origins=False,
        immutable_file_test=r"^/assets/",
        add_headers_function=_harden,
    )


@blueprint.get("/", defaults={"page": ""})
@blueprint.get("/<page:page>")
def show_page(page: str) -> Response:  # noqa: ARG001 - the script in it reads the address
    """Answer with the one document there is."""
    try:
        document = (UI / "index.html").read_bytes()
    except FileNotFoundError:
        raise PagesMissing(
            "This Calypso was installed without its pages. Install it anew without "
            "CALYPSO_UI=skip, or use the command line or /api/v1/docs."
        ) from None
    return Response(
        document,
        mimetype="text/html",
        headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"},
    )


def _harden(headers: Headers, _path: str, _address: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
