"""What stands in for LocalHost in the lab takes what LocalHost takes."""

import inspect

from calypso.host.local import LocalHost
from tests.lab.worker import there


def test_a_worker_over_a_guest_can_make_every_host_that_a_worker_makes():
    taken = {name for name in inspect.signature(LocalHost.__init__).parameters if name != "self"}
    made = there(None)(**dict.fromkeys(taken))
    assert callable(made.run)
    assert taken >= {"stop", "on_log", "on_ran"}
