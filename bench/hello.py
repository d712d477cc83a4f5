"""`python -m bench.hello`: a trivial Flask application in the very server of the API."""

from flask import Flask

from api.context import KEY, open_door
from api.server import Server
from calypso.config import load
from calypso.wiring import build

app = Flask(__name__)


@app.get("/")
def hello() -> dict[str, str]:
    """Say hello."""
    return {"hello": "world"}


class HelloServer(Server):
    """The API's server with another application in it."""

    def load(self) -> Flask:
        """Return the trivial application; its end is that of the API."""
        house = build(load(), role="api")
        app.extensions[KEY] = open_door(house)
        return app


if __name__ == "__main__":
    HelloServer(load()).run()
