"""The units as they ship: what they may do, and that this systemd understands them."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from calypso.config import KNOWN_SUBSYSTEMS
from calypso.drivers.system.appliance import working
from calypso.drivers.system.layout import Layout
from tests.conftest import missing

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = DEPLOY / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
KEPT = ["calypso-api.service", "calypso-scheduler.service", "calypso-worker@.service"]
PLACES = [
    str(getattr(Layout(), name)) for name in ("home", "etc", "data", "log", "state", "run")
]  # fmt: skip
# Each of these gives a unit its own mount namespace: systemd's exec_needs_mount_namespace().
OWN_MOUNTS = {
    "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectProc",
    "ProcSubset", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
    "ProtectControlGroups", "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths",
    "NoExecPaths", "BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem", "RootDirectory",
    "RootImage", "MountFlags", "PrivateIPC", "ProtectHostname",
}  # fmt: skip


def settings(*files):
    """What files say together, by name; a name may come more than once."""
    said = defaultdict(list)
    for file in files:
        for line in file.read_text().splitlines():
            name, is_setting, value = line.partition("=")
            if is_setting and not line.startswith("#"):
                said[name].append(value)
    return said


def worker(subsystem):
    return settings(
        UNITS / "calypso-worker@.service",
        *(UNITS / f"calypso-worker@{subsystem}.service.d").glob("*.conf"),
    )


def analyze(*words, unit_path):
    if shutil.which("systemd-analyze") is None:
        missing("systemd", "there is no systemd-analyze: apt-get install systemd")
    return subprocess.run(
        ["systemd-analyze", *words],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{unit_path}:", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip


@pytest.fixture
def laid_out(tmp_path):
    """The units beside each other, with programs that exist: which ones is checked elsewhere."""
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for unit in tmp_path.rglob("*.service"):
        text = unit.read_text()
        program = "/opt/adastra/calypso/current/bin/calypso"
        unit.write_text(re.sub(rf"(?m)^(Exec\w+=){program}", r"\1/bin/true", text))
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [path.name for path in UNITS.glob("calypso*.*") if path.is_file() and "@" not in path.name]
    + [f"calypso-worker@{subsystem}.service" for subsystem in KNOWN_SUBSYSTEMS],
)
def test_systemd_understands_every_line(laid_out, name):
    if "@" in name:  # `verify` wants the file of an instance
        shutil.copy(laid_out / "calypso-worker@.service", laid_out / name)

    said = analyze("verify", "--man=no", str(laid_out / name), unit_path=laid_out)

    ours = [line for line in said.stderr.splitlines() if "calypso" in line]
    assert (said.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", ["calypso-api.service", "calypso-scheduler.service"])
def test_what_is_reached_from_outside_is_exposed_by_two_of_ten_at_most(laid_out, name):
    said = analyze(
        "security", "--offline=yes", "--threshold=20", str(laid_out / name), unit_path=laid_out
    )

    assert said.returncode == 0, said.stdout[-300:]


@pytest.mark.parametrize("subsystem", KNOWN_SUBSYSTEMS)
def test_every_subsystem_has_rights_of_its_own_and_says_why(subsystem):
    folder = UNITS / f"calypso-worker@{subsystem}.service.d"

    texts = [file.read_text() for file in folder.glob("*.conf")]

    assert texts
    for text in texts:
        added = re.findall(r"CAP_(\w+)", text)
        told = " ".join(line for line in text.splitlines() if line.startswith("#"))
        assert [name for name in added if name not in told] == []


def test_there_are_no_rights_for_subsystems_that_do_not_exist():
    named = {re.search(r"@(\w+)", folder.name)[1] for folder in UNITS.glob("*@*.d")}
    assert named == set(KNOWN_SUBSYSTEMS)


def test_what_a_storage_job_mounts_the_machine_sees():
    assert OWN_MOUNTS & worker("storage").keys() == set()


@pytest.mark.parametrize("subsystem", KNOWN_SUBSYSTEMS)
def test_a_worker_can_tell_whose_a_survivor_is_and_keeps_a_group_for_each_job(subsystem):
    said = worker(subsystem)

    assert "CAP_SYS_PTRACE" in " ".join(said["CapabilityBoundingSet"])
    assert said["Delegate"] == ["yes"]
    assert "ProtectControlGroups" not in said
    assert "ProtectProc" not in said


@pytest.mark.parametrize("subsystem", KNOWN_SUBSYSTEMS)
def test_a_stop_waits_for_the_jobs_that_run(subsystem):
    said = worker(subsystem)
    assert (said["TimeoutStopSec"], said["KillMode"]) == (["infinity"], ["mixed"])


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_tells_that_it_lives_and_comes_back_for_ever(name):
    said = settings(UNITS / name)

    assert said["Type"] == ["notify"]
    assert said["WatchdogSec"]
    assert said["Restart"] == ["always"]
    assert said["StartLimitIntervalSec"] == ["0"]
    assert all("/current/bin/calypso keep" in line for line in said["ExecStart"])
    assert all("keep --reload $MAINPID" in line for line in said["ExecReload"])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_has_limits_and_belongs_to_the_target(unit):
    said = settings(unit)

    assert said["TasksMax"]
    assert said["MemoryMax"] or said["MemoryHigh"]
    assert said["PartOf"] == ["calypso.target"]
    assert said["WantedBy"] == ["calypso.target"]


def test_the_log_follows_everything_of_the_slice_all_services_are_in():
    for name in KEPT:
        assert settings(UNITS / name)["Slice"] == ["calypso.slice"]
    assert "_SYSTEMD_SLICE=calypso.slice" in settings(UNITS / "calypso-log.service")["ExecStart"][0]


def all_files():
    return [file for file in DEPLOY.rglob("*") if file.is_file() and file.suffix in
            {".service", ".socket", ".target", ".slice", ".conf"}]  # fmt: skip


@pytest.mark.parametrize("file", all_files(), ids=lambda file: str(file.relative_to(DEPLOY)))
def test_no_unit_carries_a_secret_or_hands_one_over_in_the_environment(file):
    text = file.read_text()

    assert re.search(r"(?m)^(Environment(File)?|SetCredential|PassEnvironment)=", text) is None
    assert re.search(r"(?i)(password|key|token)\s*=\s*\S", text) is None
    assert "://" not in re.sub(r"(?m)^Documentation=.*$", "", text)


def test_paths_of_ours_are_those_of_the_layout():
    named = {
        path
        for file in all_files()
        for path in re.findall(r"(?<![\w.])(/[\w@./-]*calypso[\w@./-]*)", file.read_text())
        if not path.startswith("/api/")
    }

    assert {path for path in named if not _is_ours(path)} == set()


def _is_ours(path):
    return any(Path(path).is_relative_to(place) for place in PLACES)


def test_folders_are_made_for_everything_the_layout_names():
    made = {
        line.split()[1]
        for line in (DEPLOY / "tmpfiles.d/calypso.conf").read_text().splitlines()
        if line.startswith("d ")
    }
    places = Layout()
    from calypso.drivers.system.layout import DATA_FOLDERS

    wanted = [
        places.releases, places.third_party, places.etc, places.keys, places.log, places.state,
        places.upgrade, places.run, *(places.data / name for name in DATA_FOLDERS),
        *(places.etc / name for name in ("tls", "integrations", "system")),
    ]  # fmt: skip
    assert {str(place) for place in wanted} - made == set()


def test_root_works_where_no_other_account_may_put_a_link(tmp_path):
    owners = {
        Path(line.split()[1]): line.split()[2:4]
        for line in (DEPLOY / "tmpfiles.d/calypso.conf").read_text().splitlines()
        if line.startswith("d ")
    }
    with working(Layout(tmp_path)) as work:
        place = Path("/") / work.relative_to(tmp_path)
        assert work.stat().st_mode & 0o777 == 0o700
    made = [owners[folder] for folder in place.parents if folder in owners]
    assert owners[place.parent] == ["0700", "root"]
    assert {owner for _, owner in made} == {"root"}


def test_log_files_are_rotated():
    said = (DEPLOY / "logrotate.d/calypso").read_text()

    assert said.count("/var/log/calypso/*.log {") == 1
    assert re.search(r"(?m)^\s*(daily|weekly)$", said)
    assert re.search(r"(?m)^\s*rotate \d+$", said)
