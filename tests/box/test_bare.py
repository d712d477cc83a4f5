"""install.sh on a machine with next to nothing: apt brings what is missing, from a real mirror."""

import pytest

from tests.box import bundles
from tests.box.box import BARE, Box

# A mirror may be slow, and its packages are those of the day: not for CI.
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(1500)]
WITHOUT = ("python3", "openssl", "psql", "redis-server")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return bundles.make(tmp_path_factory.mktemp("bundle"), {"1.0.0": None})


@pytest.fixture(scope="module")
def box(bundle):
    made = Box({"/media": bundle}, BARE)
    yield made
    made.power_off()


def test_it_is_installed_with_what_apt_brings(box):
    here = [name for name in WITHOUT if box.run("sh", "-c", f"command -v {name}", check=False)]
    assert here in ([], ["openssl"])  # which certificates bring along

    told = box.run(
        "/media/calypso-1.0.0/scripts/install.sh", "--key", "/media/calypso.pub",
        "--listen", "127.0.0.1:8443", timeout_s=1200,
    )  # fmt: skip

    assert "Calypso 1.0.0 is installed" in told
    assert "OpenZFS: missing; storage is kept in folders" in told
    assert box.run("systemctl", "is-active", "calypso-api.service").strip() == "active"
    clusters = box.run("pg_lsclusters", "-h").splitlines()
    assert [line.split()[1] for line in clusters] == ["calypso"]  # no other beside it
    state = box.run("systemctl", "is-active", "redis-server.service", check=False)
    assert state.strip() == "inactive"
    assert box.run("systemctl", "--failed", "--plain", "--no-legend") == ""
