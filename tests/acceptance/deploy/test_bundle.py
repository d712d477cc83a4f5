"""The bundle as it is released, installed into a folder and started from its own wheels."""

import ssl
from pathlib import Path

import httpx
import pytest

import calypso
from tests.acceptance.deploy.conftest import Scripts
from tests.acceptance.deploy.machine import Machine
from tests.acceptance.release.conftest import KEY, folder, packed  # noqa: F401 - fixtures

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(900)]


@pytest.fixture
def machine(folder, tmp_path, root, settings, needs_systemd):  # noqa: F811 - the fixture
    key = tmp_path / "calypso.pub"
    key.write_text(KEY.public.text())
    made = Machine(Scripts(folder, key, calypso.__version__), root)
    yield made
    made.end()


@pytest.mark.thorough  # tests/box does the same, under systemd
def test_a_release_installs_without_a_network_and_serves_from_its_own_place(machine, settings):
    ran = machine.install("--settings", str(settings))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    trusting = ssl.create_default_context(cafile=machine.places.etc / "tls/server.crt")
    url = f"https://127.0.0.1:{machine.port}"
    assert httpx.get(f"{url}/api/v1/version", verify=trusting).json()["version"] == (
        calypso.__version__
    )
    assert "<title>Calypso" in httpx.get(f"{url}/", verify=trusting).text
    release = machine.places.release(calypso.__version__)
    for pid in machine.running_pids():
        assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(release)

    again = machine.install("--settings", str(settings))
    assert again.returncode == 0, again.stderr
    gone = machine.uninstall()
    assert gone.returncode == 0, gone.stderr
    assert not release.exists()
    assert (machine.places.etc / "secrets.env").exists()
