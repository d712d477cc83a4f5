"""A pool that lost all its disks goes on when they are back and it is cleared."""

import pytest

from calypso.drivers.storage import PoolSuspended
from tests.acceptance.engine.conftest import until
from tests.fakes.running import run
from tests.real.storage.test_fault_workers import in_background, silence

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]


@pytest.mark.proves("storage.pool_clear")
def test_what_a_suspended_pool_held_up_goes_on_when_it_is_cleared(fresh_lab):
    lab = fresh_lab
    lab.mirror(0, 1, megabytes=1)
    silence(lab, 0, 1)
    in_background(lab, "dd if=/dev/urandom of=/tank/more bs=1M count=2 conv=fsync && touch /tmp/on")
    until(lambda: lab.storage.pool("tank").is_suspended, 120, "a suspended pool")
    assert not lab.host.exists("/tmp/on")
    with pytest.raises(PoolSuspended, match="clear it"):
        run("pool_clear", lab.storage, pool="tank")

    silence(lab, 0, 1, state="running")
    run("pool_clear", lab.storage, pool="tank")

    pool = lab.storage.pool("tank")
    assert (pool.is_suspended, pool.health) == (False, "ONLINE")
    until(lambda: lab.host.exists("/tmp/on"), 60, "the end of what was held up")
