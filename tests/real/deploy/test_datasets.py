"""What install.sh makes of a real pool: a dataset for each kind of data, once."""

import pytest

from calypso.drivers.system.layout import DATA_FOLDERS
from tests.acceptance.deploy.conftest import CHECKOUT
from tests.real.storage.conftest import Lab

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]
LIB = CHECKOUT / "deploy/scripts/lib"


@pytest.fixture
def lab(guest):
    lab = Lab(guest)
    lab.mirror(0, 1, megabytes=1)
    return lab


def install_datasets(lab, *, dry=""):
    """Run that part of install.sh in the guest; returns what it printed."""
    parts = [(LIB / name).read_text() for name in ("common.sh", "checks.sh", "folders.sh")]
    told = f"root='' dry='{dry}' pool=tank\nlayout\ncheck_pool\nmake_datasets\n"
    return lab.host.run(
        ["bash", "-s"], timeout_s=300, stdin="set -euo pipefail\n" + "\n".join([*parts, told])
    )


def test_every_kind_of_data_has_a_dataset_mounted_where_it_belongs(lab):
    assert install_datasets(lab).ok

    rows = lab.sh("zfs list -Hp -r -o name,mountpoint,mounted,recordsize tank/calypso")
    found = {name: rest for name, *rest in (row.split("\t") for row in rows.splitlines())}
    assert found.keys() == {"tank/calypso", *(f"tank/calypso/{name}" for name in DATA_FOLDERS)}
    for name in DATA_FOLDERS:
        where, mounted, _ = found[f"tank/calypso/{name}"]
        assert (where, mounted) == (f"/srv/calypso/{name}", "yes")
    assert found["tank/calypso/db"][2] == "16384"
    assert found["tank/calypso/backups"][2] == "1048576"


def test_a_second_run_leaves_what_an_operator_changed(lab):
    install_datasets(lab)
    lab.sh("zfs set recordsize=128K tank/calypso/db; echo kept > /srv/calypso/shares/file")

    again = install_datasets(lab)

    assert again.ok, again.stderr
    assert lab.sh("zfs get -Hp -o value recordsize tank/calypso/db").strip() == "131072"
    assert lab.sh("cat /srv/calypso/shares/file") == "kept\n"


def test_files_that_datasets_would_cover_are_not_covered(lab):
    lab.sh("mkdir -p /srv/calypso/shares && echo mine > /srv/calypso/shares/file")

    ran = install_datasets(lab)

    assert not ran.ok
    assert "which datasets would cover" in ran.stderr
    assert lab.sh("cat /srv/calypso/shares/file; rm -r /srv/calypso") == "mine\n"


def test_a_dry_run_makes_none(lab):
    ran = install_datasets(lab, dry="yes")

    assert "would: zfs create" in ran.stdout
    assert "calypso" not in lab.sh("zfs list -H -o name")
