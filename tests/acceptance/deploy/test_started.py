"""An appliance installed into a folder and started: it serves, and another machine joins it.

What starts the programs is a stand-in for systemctl (tests/fakes/systemd/systemctl says what it
does and what not); the programs, their servers and their certificates are real.
"""

import re
import ssl
import subprocess

import httpx
import psycopg
import pytest

from calypso.config.settings import default_node
from tests.acceptance.deploy.conftest import FAKES, PATH
from tests.acceptance.deploy.machine import Machine

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(400)]


@pytest.fixture
def machines(bundle, settings):
    made = []

    def make(root):
        made.append(Machine(bundle, root))
        return made[-1]

    yield make
    for one in made:
        one.end()


def other_root(root, name="other"):
    folder = root.parent / name
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/os-release").write_bytes((root / "etc/os-release").read_bytes())
    folder.chmod(0o755)
    return folder


@pytest.mark.thorough  # tests/box does the same, under systemd
def test_it_serves_runs_a_job_in_each_worker_and_goes_without_a_trace(machines, root, settings):
    machine = machines(root)

    ran = machine.install("--settings", str(settings))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    trusting = ssl.create_default_context(cafile=machine.places.etc / "tls/server.crt")
    answer = httpx.get(f"https://127.0.0.1:{machine.port}/api/v1/readyz", verify=trusting)
    assert answer.json()["status"] == "ok"
    assert machine.running() == {
        "calypso-api.service", "calypso-scheduler.service", "calypso-worker@storage.service",
        "calypso-worker@system.service",
    }  # fmt: skip

    again = machine.install("--settings", str(settings))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "port" not in again.stderr

    gone = machine.uninstall()
    assert gone.returncode == 0, gone.stderr
    assert machine.running() == set()


def test_another_machine_joins_once_and_works_for_it(machines, root, settings):
    control, node = machines(root), machines(other_root(root))
    assert control.install("--settings", str(settings)).returncode == 0
    assert f"node: {default_node()}\n" in (control.places.etc / "calypso.yaml").read_text()
    reachable(control)
    token = control.calypso("node", "token", "vault")
    assert token.returncode == 0, token.stderr
    url = f"https://localhost:{control.port}"

    ran = node.install("--join", url, "--node", "vault", stdin=token.stdout)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert node.places.is_node
    assert not control.places.is_node
    assert node.running() == {"calypso-worker@storage.service", "calypso-worker@system.service"}
    secrets = (node.places.etc / "secrets.env").read_text()
    assert "CALYPSO_SECRETS_KEY" in secrets
    assert "JWT" not in secrets
    assert token.stdout.strip() not in ran.stdout + ran.stderr
    assert not (node.root / "etc/systemd/system/calypso.target.wants/calypso-api.service").exists()
    with psycopg.connect(url_of(control)) as server:
        nodes = server.execute("SELECT DISTINCT node FROM calypso.workers").fetchall()
    assert ("vault",) in nodes

    thief = machines(other_root(root, "thief"))
    again = thief.install("--join", url, "--node", "cellar", stdin=token.stdout)
    assert again.returncode == 1
    assert not (thief.places.etc / "secrets.env").exists()


def url_of(machine):
    text = (machine.places.etc / "secrets.env").read_text()
    return re.search(r"DATABASE_URL='(.*?)'", text)[1].replace("+psycopg", "")


def reachable(machine):
    """Name the servers by an address that is not loopback, as an operator would."""
    text = (machine.places.etc / "secrets.env").read_text()
    given = re.findall(r"CALYPSO_(DATABASE|REDIS)_URL='(.*?)'", text)
    # 0.0.0.0 leads to this machine, and is no loopback address.
    lines = [f"CALYPSO_NODE_{name}_URL='{at_any(url)}'\n" for name, url in given]
    with (machine.places.etc / "secrets.env").open("a") as file:
        file.writelines(lines)
    said = subprocess.run(
        [str(FAKES / "systemctl"), "restart", "calypso-api.service"],
        env={"PATH": PATH, "SYSTEMCTL_ROOT": str(machine.root)}, check=False, timeout=120,
    )  # fmt: skip
    assert said.returncode == 0


def at_any(url):
    return re.sub(r"(127\.0\.0\.1|localhost)", "0.0.0.0", url)
