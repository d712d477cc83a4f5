"""A worker whose machine is a guest: `python -m tests.lab.worker WORK MODULE ARGUMENT…`.

It runs the worker's own program, unchanged, on this machine; what its jobs, its observer and its
sentry do to "the machine", they do in the guest whose folder is WORK.
"""

import runpy
import sys

from calypso.host import local
from tests.lab.guest import Line
from tests.lab.host import GuestHost


def there(line):
    """Return what stands in for LocalHost: it takes the same, and works in the guest."""

    class There(GuestHost):
        def __init__(self, *, cgroups=False, **settings):
            super().__init__(line, **settings)

        def end_all(self):
            """A call that was cut has ended there what it began; see `inside.on_host`."""

    return There


if __name__ == "__main__":
    work, module, *arguments = sys.argv[1:]
    local.LocalHost = there(Line(work))  # before the worker is imported, which takes it from there
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
