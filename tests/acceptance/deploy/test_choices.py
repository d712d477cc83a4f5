"""install.sh on a machine that is something already: what it was asked for once stays so."""

import pytest

from calypso.drivers.system.layout import Layout
from tests.acceptance.deploy.conftest import refused, snapshot, with_program

KEPT = """CALYPSO_DATABASE_URL='postgresql://calypso@127.0.0.1:1/calypso'
CALYPSO_REDIS_URL='redis://127.0.0.1:1'
"""
JOIN = ("--join", "https://control.example/", "--node", "vault")


@pytest.fixture
def places(root):
    """A machine that has been something: its secrets are there."""
    made = Layout(root)
    for folder in (made.etc, made.state):
        folder.mkdir(parents=True)
    (made.etc / "secrets.env").write_text(KEPT)
    return made


def was(places, role):
    (places.state / "installation").write_text(f"# Made.\nROLE='{role}'\nWORKERS='storage'\n")


# -- control plane or node


def test_what_was_a_control_plane_does_not_join_another_one(bundle, root, places):
    before = snapshot(root)

    said = refused(bundle.install(root, *JOIN))

    assert "this machine is a control plane" in said
    assert "uninstall.sh --purge" in said
    assert snapshot(root) == before


def test_a_node_does_not_join_a_second_control_plane(bundle, root, places):
    was(places, "a node of https://first.example")

    said = refused(bundle.install(root, *JOIN))

    assert "a node of https://first.example" in said
    assert "a node of https://control.example" in said


def test_whether_a_machine_is_a_node_is_read_where_it_is_noted(places):
    was(places, "a control plane")
    assert not places.is_node
    was(places, "a node of https://control.example")
    assert places.is_node


def test_what_was_a_node_does_not_become_a_control_plane_on_that_ones_database(
    bundle, root, places
):
    was(places, "a node of https://first.example")
    assert "you ask for a control plane" in refused(bundle.install(root))


def test_a_node_that_joined_is_installed_again_for_the_subsystems_it_served(bundle, root, places):
    was(places, "a node of https://control.example")

    ran = bundle.install(root, *JOIN, "--dry-run")

    assert ran.returncode == 0, ran.stderr
    assert "joined already" in ran.stdout
    assert "calypso-worker@storage.service" in ran.stdout
    assert "calypso-worker@tape.service" not in ran.stdout


def test_secrets_that_lead_to_no_database_are_kept_and_named(bundle, root, places):
    said = refused(bundle.install(root))

    assert f"CALYPSO_DATABASE_URL in {places.etc}/secrets.env leads to no database" in said
    assert (places.etc / "secrets.env").read_text() == KEPT


# -- what calypso.yaml says


@pytest.mark.parametrize(
    ("settings", "words", "told"),
    [("node: one\n", ["--node", "two"], "says node: one"),
     ("listen: 10.0.0.1:443\n", ["--listen", "10.0.0.2:443"], "says listen: 10.0.0.1:443"),
     ("listen: 10.0.0.1:443\n", ["--node", "two"], "says node: ")],
)  # fmt: skip
@pytest.mark.usefixtures("places")
def test_a_name_or_place_is_refused_that_the_settings_would_not_take(
    bundle, root, settings, words, told
):
    (root / "etc/calypso/calypso.yaml").write_text(settings)
    said = refused(bundle.install(root, *words))
    assert told in said
    assert "or leave the option out" in said


def test_one_that_the_settings_have_is_not_refused(bundle, root, places):
    (places.etc / "calypso.yaml").write_text("node: one\nlisten: '10.0.0.1:443'\n")

    ran = bundle.install(root, "--node", "one", "--listen", "10.0.0.1:443", "--dry-run")

    assert ran.returncode == 0, ran.stderr


# -- the machine itself is no folder


@pytest.mark.parametrize("script", ["install.sh", "uninstall.sh", "upgrade.sh"])
@pytest.mark.parametrize("root", ["", "/", "/etc/.."])
def test_a_folder_that_is_this_machine_is_refused(bundle, script, root):
    ran = bundle.install(root, "--dry-run", script=script)
    assert ran.returncode == 2, ran.stdout
    assert "a folder that is not /" in ran.stderr


# -- a pool


def test_with_a_pool_no_worker_starts_where_only_its_mount_point_is(
    bundle, root, settings, tmp_path
):
    path = with_program(tmp_path, "zpool", "echo tank")
    with_program(tmp_path, "zfs", "case $1 in list) exit 1 ;; esac")
    drop_in = root / "etc/systemd/system/calypso-worker@.service.d/pool.conf"

    ran = bundle.install(root, "--settings", str(settings), "--pool", "tank", path=path)

    assert ran.returncode == 0, ran.stderr
    assert "\nExecStartPre=/usr/bin/mountpoint /srv/calypso\n" in drop_in.read_text()

    bundle.install(root, script="uninstall.sh", path=path)
    assert not drop_in.parent.exists()


# -- few workers


def test_a_control_plane_without_a_system_worker_asks_it_for_nothing(bundle, root, places):
    path = with_program(root.parent, "systemctl", "exit 3")

    def dry(workers):
        ran = bundle.install(root, "--start", "--dry-run", "--listen", "127.0.0.1:1",
                             "--workers", workers, path=path)  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "system.noop" not in dry("storage,tape")
    assert "system.noop" in dry("storage,system")


# -- an end in a hurry

SYSTEMCTL = """echo "$*" >>{log}
case "$*" in
    list-units*--all*) echo "calypso-worker@tape.service loaded failed failed -" ;;
esac
case $1 in
    list-units) echo "calypso-worker@system.service loaded active running -" ;;
    kill) echo "No main process to kill" >&2; exit 1 ;;
esac"""


def test_in_a_hurry_a_worker_that_has_ended_by_itself_is_no_obstacle(bundle, root):
    log = root.parent / "log"
    path = with_program(root.parent, "systemctl", SYSTEMCTL.format(log=log))

    ran = bundle.install(root, "--start", "--hurry", script="uninstall.sh", path=path)

    assert ran.returncode == 0, ran.stderr
    ended = [line for line in log.read_text().splitlines() if line.startswith(("stop", "kill"))]
    assert ended == [
        "stop --no-block calypso.target calypso-worker@system.service",
        "kill --kill-whom=main calypso-worker@system.service",
        "stop calypso.target calypso-worker@system.service",
    ]
