"""units.sh, which each change of releases runs: units, accounts and folders, and what stays."""

import re

import pytest

from calypso.drivers.system.layout import Layout
from tests.acceptance.deploy.conftest import refused, snapshot


@pytest.fixture
def lay_out(bundle, root):
    """Run units.sh for the bundle on the folder."""
    return lambda: bundle.install(root, str(bundle.folder), script="units.sh")


@pytest.fixture
def drop_in(root):
    return root / "usr/local/lib/systemd/system/calypso-api.socket.d/00-listen.conf"


def write_settings(root, text):
    file = Layout(root).etc / "calypso.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("listen", "stream"),
    [("'0.0.0.0:443'", "443"), ("10.0.0.1:8443", "10.0.0.1:8443"), ("'[::1]:443'", "[::1]:443")],
)
def test_the_socket_listens_where_the_settings_say(lay_out, root, drop_in, listen, stream):
    write_settings(root, f"listen: {listen}\n")

    assert lay_out().returncode == 0

    assert drop_in.read_text() == f"[Socket]\nListenStream=\nListenStream={stream}\n"


def test_settings_that_say_no_more_where_leave_no_trace_and_an_operators_drop_in_stays(
    lay_out, root, drop_in
):
    own = root / "etc/systemd/system/calypso-api.socket.d/override.conf"
    own.parent.mkdir(parents=True)
    own.write_text("[Socket]\nBacklog=1\n")
    write_settings(root, "listen: 10.0.0.1:443\n")
    lay_out()
    assert drop_in.exists()
    write_settings(root, "# listen: 10.0.0.1:443\n")

    lay_out()

    assert not drop_in.parent.exists()
    assert own.read_text() == "[Socket]\nBacklog=1\n"


@pytest.mark.parametrize("listen", ["'*:443'", "localhost:443"])
def test_where_systemd_could_not_listen_is_refused_before_anything(lay_out, root, listen):
    write_settings(root, f"listen: {listen}\n")
    before = snapshot(root)

    assert "is not ADDRESS:PORT" in refused(lay_out())
    assert snapshot(root) == before


def test_accounts_and_folders_of_a_release_are_made(bundle, lay_out, root):
    with (bundle.folder / "deploy/sysusers.d/calypso.conf").open("a") as file:
        file.write('u calypso-moon - "The next subsystem"\n')
    with (bundle.folder / "deploy/tmpfiles.d/calypso.conf").open("a") as file:
        file.write("d /srv/calypso/moon 0750 calypso-moon calypso-moon\n")

    ran = lay_out()

    assert ran.returncode == 0, ran.stderr
    made = re.search(r"(?m)^calypso-moon:[^:]*:(\d+):", (root / "etc/passwd").read_text())
    assert (root / "srv/calypso/moon").stat().st_uid == int(made[1])


def test_done_again_it_changes_nothing(lay_out, root):
    write_settings(root, "listen: 10.0.0.1:443\n")
    lay_out()
    before = snapshot(root)

    assert lay_out().returncode == 0
    assert snapshot(root) == before
