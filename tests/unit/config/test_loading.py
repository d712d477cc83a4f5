"""Where settings come from, which of two wins, and what is told when a file cannot be taken."""

import json
import os
import subprocess
import sys

import pytest

from calypso import config
from calypso.config.checking import notice
from calypso.config.files import Files
from calypso.errors import Misconfigured

as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")


def test_each_file_wins_over_the_one_before_and_the_environment_over_all(etc, monkeypatch):
    etc.write(
        "integrations/bacula.yaml", "director: a:1\nconsole: a\nprograms: /a\nconfig_dir: /a\n"
    )
    etc.write("calypso.yaml", "bacula_console: b\nbacula_programs: /b\nbacula_config_dir: /b\n")
    etc.secrets(bacula_programs="/c", bacula_config_dir="/c")
    monkeypatch.setenv("CALYPSO_BACULA_CONFIG_DIR", "/d")
    settings = config.load()

    found = (settings.bacula_director, settings.bacula_console, str(settings.bacula_programs))
    assert found == ("a:1", "b", "/c")
    assert str(settings.bacula_config_dir) == "/d"


def test_the_old_name_is_read_where_the_new_one_is_not(etc):
    (etc.folder / "calypso.yaml").rename(etc.folder / "config.yaml")
    assert config.load().node == "one"

    etc.write("calypso.yaml", "node: two\n")
    assert config.load().node == "two"


def test_a_service_reads_the_secrets_that_systemd_hands_it(etc, tmp_path, monkeypatch):
    handed = tmp_path / "credentials"
    handed.mkdir()
    (handed / "secrets.env").write_text("CALYPSO_REDIS_URL=redis://handed:1/0\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))

    assert config.load().redis_url.get_secret_value() == "redis://handed:1/0"
    assert config.load().jwt_key.get_secret_value() == ""


def test_a_folder_handed_without_secrets_leaves_those_of_the_machine(etc, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert config.load().redis_url.get_secret_value() == "redis://127.0.0.1:6379/0"


@as_root
def test_secrets_in_a_folder_that_we_may_not_enter_are_those_of_the_machine(tmp_path, monkeypatch):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o000)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(shut))

    assert Files(tmp_path).secrets_file == tmp_path / "secrets.env"


def test_no_folder_at_all_means_defaults(etc, tmp_path, monkeypatch):
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path / "none"))

    assert config.load().storage_slots == 2
    assert notice() == []


def test_a_key_without_a_value_leaves_the_default(etc):
    etc.write("calypso.yaml", "storage_slots:\n# only a remark\n")

    assert config.load().storage_slots == 2


@pytest.mark.parametrize(
    ("text", "line"), [("a: b\nc: [1\n", 3), ("- a\n", 1), ("node: a: b\n", 1), ("\tx: 1\n", 1)]
)
def test_a_file_that_is_no_yaml_stops_a_program_with_the_line(etc, text, line):
    place = etc.write("calypso.yaml", text)

    with pytest.raises(Misconfigured, match=f"{place}:{line}: "):
        config.load()


@pytest.mark.parametrize("name", ["database_url", "jwt_key", "bacula_password"])
def test_a_wrong_value_elsewhere_shows_no_secret(etc, name):
    etc.secrets(**{name: "hush-hush"})
    etc.write("calypso.yaml", "storage_slots: none\n")

    with pytest.raises(Misconfigured) as refused:
        config.load()
    assert "storage_slots" in refused.value.detail
    assert "hush-hush" not in refused.value.detail


def test_what_nobody_reads_is_noticed_at_the_start(etc, monkeypatch):
    place = etc.write("calypso.yaml", "node: one\nstorage_slot: 3\n")
    monkeypatch.setenv("CALYPSO_REDIS_ULR", "redis://x")
    monkeypatch.setenv("CALYPSO_UI", "skip")

    assert notice() == [
        f"{place}:2: storage_slot: is no setting, and is not read. Did you mean storage_slots?",
        "redis_ulr: the variable CALYPSO_REDIS_ULR is not read. Did you mean CALYPSO_REDIS_URL?",
    ]


def test_a_program_says_in_its_log_what_it_did_not_read(etc):
    place = etc.write("config.yaml", "node: one\n")
    start = "from calypso import config, wiring; wiring.configure_logs(config.load())"
    done = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=True, timeout=60
    )

    (line,) = done.stderr.splitlines()
    assert json.loads(line)["level"] == "warning"
    assert json.loads(line)["problem"].startswith(f"{place}: is not read")


@as_root
def test_secrets_that_cannot_be_read_are_named_with_the_way_out(etc):
    place = etc.secrets(mode=0o000)

    assert config.load().redis_url.get_secret_value() == ""
    assert notice() == [f"{place}: cannot be read: Permission denied."]
    assert str(place) in Files().unread()


def test_secrets_that_can_be_read_or_are_not_there_are_no_reason(etc):
    assert Files().unread() == ""
    (etc.folder / "secrets.env").unlink()
    assert Files().unread() == ""
