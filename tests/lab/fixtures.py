"""Guests for tests: one that a session's tests share, or a fresh one of a test's own."""

import pytest

from calypso.errors import CalypsoError
from tests.lab import cache, inside
from tests.lab.changer import LabChanger
from tests.lab.guest import Guest


class Shared:
    """The guest of a session: started when first asked for, and anew after it was wrecked."""

    def __init__(self):
        self._guest = None

    def guest(self):
        self._guest = self._guest or Guest()
        return self._guest

    def tidy(self):
        """Leave it without pools for the next test; one that cannot be tidied is not kept."""
        try:
            is_tidy = self._guest.call(inside.destroy_all_pools)
        except (CalypsoError, OSError, EOFError):  # a TimeoutError too
            is_tidy = False
        if not is_tidy:
            self.power_off()

    def power_off(self):
        if self._guest is not None:
            self._guest.power_off()
        self._guest = None


@pytest.fixture(scope="session")
def shared_guest():
    """Ask it for the guest; see `Shared`."""
    shared = Shared()
    yield shared
    shared.power_off()


@pytest.fixture
def guest(require_lab, shared_guest):
    """A guest without pools; other tests have used it before."""
    yield shared_guest.guest()
    shared_guest.tidy()


@pytest.fixture
def fresh_guest(require_lab):
    """A guest nobody has used, to be wrecked at will."""
    own = Guest()
    yield own
    own.power_off()


@pytest.fixture(scope="session")
def lab_changers():
    """The changers that were set up, by guest."""
    return {}


@pytest.fixture
def lab_changer(require_changer, shared_guest, lab_changers):
    """A tape library in a guest; other tests have used it before. Say what it is to `hold`."""
    guest = shared_guest.guest()
    changer = lab_changers[guest.work] = lab_changers.get(guest.work) or LabChanger(guest)
    yield changer
    if not changer.is_tidy:
        shared_guest.power_off()


@pytest.fixture(scope="session")
def require_lab():
    from tests.conftest import missing

    if (reason := cache.why_missing()) is not None:
        missing("lab", reason)


@pytest.fixture(scope="session")
def require_changer(request):
    from tests.conftest import missing

    if (reason := cache.why_missing()) is not None:
        missing("changer", f"the lab: {reason}")
    request.getfixturevalue("require_lab")
