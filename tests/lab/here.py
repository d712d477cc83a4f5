"""The machine the tests run on, spoken to as if it were a guest."""

from contextlib import contextmanager
from pathlib import Path

from calypso.host.local import LocalHost


class Here:
    """What `guest.Line` offers, without a guest."""

    opening = "from calypso.host.local import LocalHost\nhost = LocalHost()\n"

    def host(self, **settings):
        return LocalHost(**settings)

    def call(self, function, *args, **kwargs):
        return function(*args, **kwargs)

    @contextmanager
    def entered(self, manager, *args):
        with manager(*args):
            yield

    def path(self, path):
        return Path(path)
