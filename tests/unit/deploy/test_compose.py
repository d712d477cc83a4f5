"""The stack for tests is what the compose specification allows, and all of a Calypso."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from calypso.config import KNOWN_SUBSYSTEMS, Settings
from calypso.drivers.system.layout import Layout
from calypso.host.local import LocalHost

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "docker-compose.test.yml"
SCHEMA = json.loads((ROOT / "tests/recordings/compose-spec/compose-spec.json").read_text())
STACK = yaml.safe_load(FILE.read_text())
SERVICES = STACK["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "calypso:test"}
IMAGE = (ROOT / "deploy/container/Dockerfile").read_text()


def complaints(stack):
    return [one.message for one in jsonschema.Draft202012Validator(SCHEMA).iter_errors(stack)]


def test_it_is_of_the_compose_specification():
    assert complaints(STACK) == []


def test_what_is_not_of_the_specification_is_found():
    wrong = {**STACK, "services": {**SERVICES, "api": {**SERVICES["api"], "helthcheck": {}}}}
    assert "helthcheck" in complaints(wrong)[0]


def test_each_subsystem_has_a_worker_of_its_own_beside_the_api_and_the_scheduler():
    kept = [one["command"][1:] for one in OURS.values() if one["command"][0] == "keep"]
    workers = [["worker", name] for name in KNOWN_SUBSYSTEMS]
    assert sorted(words[:2] for words in kept) == sorted(
        [["api", "--listen"], ["scheduler"], *workers]
    )


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_that_stays_has_a_health_check_and_no_image_names_a_host(name):
    service = SERVICES[name]
    assert service.get("restart") == "no" or service["healthcheck"]["test"][0] == "CMD"
    assert "." not in service["image"].partition("/")[0].partition(":")[0]
    assert ":" in service["image"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_can_come_to_pass(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other == "prepare" else "service_healthy"
        assert how == {"condition": wanted}
        assert wanted != "service_healthy" or "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", OURS)
def test_what_is_set_is_a_setting(name):
    given = {one.removeprefix("CALYPSO_").lower() for one in OURS[name]["environment"]}
    assert given <= set(Settings.model_fields)


@pytest.mark.parametrize("name", [one for one in OURS if "start_interval" in str(OURS[one])])
def test_a_worker_is_asked_for_its_own_subsystem_and_has_the_time_to_answer(name):
    check = OURS[name]["healthcheck"]
    within_s = float(check["test"][check["test"].index("--within-s") + 1])
    assert check["test"][-1] == OURS[name]["command"][-1] == name
    assert within_s + 10 <= float(check["timeout"].removesuffix("s"))


def test_the_image_lies_where_an_appliance_lies():
    home = str(Layout().home)
    assert f"ARG HOME_DIR={home}" in IMAGE
    assert f"PATH={home}/current/bin:" in IMAGE
    for service in OURS.values():
        for word in [*service["command"], *service.get("healthcheck", {}).get("test", [])]:
            assert not word.startswith("/opt") or word.startswith(f"{home}/current/")


def test_the_image_is_made_of_nothing_but_a_bundle():
    copied = [line.split()[1:-1] for line in IMAGE.splitlines() if line.startswith(("COPY", "ADD"))]
    sent = (ROOT / ".dockerignore").read_text().split()
    assert copied == [["dist/calypso-*.tar.zst"]]
    assert sent == ["*", "!dist/calypso-*.tar.zst"]


def test_docker_compose_reads_it():
    if (docker := shutil.which("docker")) is None or not compose(docker, "version").ok:
        pytest.skip("docker compose is not here")
    ran = compose(docker, "-f", str(FILE), "config", "--quiet")
    assert ran.ok, ran.stderr


def compose(docker, *words):
    return LocalHost().run([docker, "compose", *words], timeout_s=60)
