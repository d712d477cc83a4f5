"""The parts of the scripts that other tests cannot reach, each run by itself."""

import socket
import subprocess

import pytest

from calypso.config.settings import default_node
from tests.acceptance.deploy.conftest import CHECKOUT, PATH, with_program

SCRIPTS = CHECKOUT / "deploy/scripts"


def run(script, *, path=PATH, libs=("common",)):
    """Run some lines of bash after parts of the scripts; returns how it ended."""
    sourced = "\n".join(f". {SCRIPTS}/lib/{name}.sh" for name in libs)
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{sourced}\n{script}"],
        capture_output=True, text=True, check=False, timeout=60, env={"PATH": path},
    )  # fmt: skip


def said(script, **how):
    ran = run(script, **how)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_programs_of_root_are_found_after_su_without_a_hyphen():
    assert said("command -v runuser", path="/usr/local/bin:/usr/bin:/bin").endswith("bin/runuser")


def test_a_file_is_on_the_disk_before_it_has_its_name_and_so_is_the_name(tmp_path, needs_systemd):
    log = tmp_path / "log"
    path = with_program(tmp_path, "sync", f'echo "sync $1" >>{log}; exec /usr/bin/sync "$@"')
    with_program(tmp_path, "mv", f'echo mv >>{log}; exec /usr/bin/mv "$@"')

    said(f"echo kept | put 600 root:root {tmp_path}/file", path=path)

    first, second, third = log.read_text().splitlines()
    assert first.startswith(f"sync {tmp_path}/file.")
    assert (second, third) == ("mv", f"sync {tmp_path}")


@pytest.mark.parametrize("host", ["Vault", "vault.example.org", "my_vault-2", "_", "-a-", ""])
def test_a_host_becomes_the_same_name_as_the_program_makes_of_it(monkeypatch, host):
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert said(f"host_name='{host}'; node_name", libs=("common", "settings")) == default_node()


@pytest.mark.parametrize(("started", "named"), [("", ""), ("yes", "vault")])
def test_a_machine_has_its_name_pinned_and_an_image_that_of_who_starts_it(
    tmp_path, needs_systemd, started, named
):
    (tmp_path / "etc/calypso").mkdir(parents=True)

    said(f"""root={tmp_path} started={started} host_name=vault.example
        node= role=all listen=0.0.0.0:443 placed=/etc/calypso bundle=/nowhere
        layout
        write_settings""", libs=("common", "settings"))  # fmt: skip

    assert said(f"setting_of node {tmp_path}/etc/calypso/calypso.yaml") == named


@pytest.mark.parametrize(
    ("line", "value"),
    [("listen: 10.0.0.1:443", "10.0.0.1:443"), ("listen: '[::1]:443'  # here", "[::1]:443"),
     ('listen: "0.0.0.0:80"', "0.0.0.0:80"), ("listen: 10.0.0.1:80 # here", "10.0.0.1:80"),
     ("listen:", ""), ("# listen: 10.0.0.1:443", ""), ("node: listen", "")],
)  # fmt: skip
def test_a_line_of_calypso_yaml_is_read_as_yaml_reads_it(tmp_path, line, value):
    (tmp_path / "calypso.yaml").write_text(f"{line}\n")
    assert said(f"setting_of listen {tmp_path}/calypso.yaml") == value


def test_with_servers_of_ones_own_a_control_plane_gets_the_client_that_dumps(tmp_path):
    script = """
        packages=() database_url=postgresql://elsewhere redis_url=redis://elsewhere
        has() { [ "$1" != pg_dump ]; }
        need_servers
        echo "${packages[*]}" """
    assert said(script, libs=("common", "servers")) == "postgresql-client"


def test_a_server_is_of_the_newest_release_that_is_here_as_a_server(tmp_path):
    for path in ("15/bin/initdb", "9.6/bin/initdb", "17/bin/psql"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    script = f"SERVERS={tmp_path}\nnewest_server"
    assert said(script, libs=("common", "servers")) == "15"


REDIS = """
    own() {{ :; }}
    systemctl() {{ echo "$*" >&2; }}
    OWN_REDIS_FILE={folder}/redis.conf redis_url=
    own_redis
    echo "$redis_url"
"""


def test_a_redis_that_an_operator_configured_stays_so(tmp_path):
    script = REDIS.format(folder=tmp_path)
    first = said(script, libs=("common", "servers"))
    file = tmp_path / "redis.conf"
    changed = file.read_text().replace("bind 127.0.0.1 -::1", "bind 10.0.0.1 127.0.0.1")
    file.write_text(changed)

    again = run(script, libs=("common", "servers"))

    assert again.stdout.strip() == first
    assert file.read_text() == changed
    assert "restart" not in again.stderr
