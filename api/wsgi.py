"""The application for any WSGI server, from the settings: `api.wsgi:application`."""

from flask import Flask

from api.app import create_app
from calypso.config import load
from calypso.wiring import build, configure_logs


def make() -> Flask:
    """Return the application as the settings of this process say."""
    settings = load()
    configure_logs(settings)
    return create_app(build(settings, role="api"))


def __getattr__(name: str) -> Flask:
    """Make the application when a server asks for it, not when this file is read."""
    if name != "application":
        raise AttributeError(name)
    globals()["application"] = made = make()
    return made
