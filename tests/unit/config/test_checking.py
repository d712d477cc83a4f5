"""`calypso config check`: each thing that is wrong has its line, its reason and its exit code."""

import json
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from calypso.cli.configuration import app
from calypso.config.problems import Level
from calypso.config.settings import Settings
from tests.certificates import self_signed

FAR = "postgresql://calypso:pw@db.example/calypso"


def test_a_configuration_without_fault_has_no_problem(etc):
    assert etc.check() == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("storage_slot: 3", "storage_slots"),
        ("Listen: 1", "listen"),
        ("storageslots: 3", "storage_slots"),
    ],
)
def test_an_unknown_setting_is_named_with_the_one_that_was_meant(etc, line, meant):
    place = etc.write("calypso.yaml", f"node: one\n{line}\n")
    one = etc.only()

    assert (one.level, one.code) == (Level.WARNING, "unknown")
    assert str(one.place) == f"{place}:2"
    assert one.message.endswith(f"Did you mean {meant}?")


def test_an_unknown_setting_like_no_other_is_to_be_removed(etc):
    etc.write("calypso.yaml", "node: one\nfrobnicate: yes\n")

    assert etc.only().message.endswith("Remove it.")


def test_a_misspelt_secret_is_named_as_a_variable(etc):
    with etc.secrets().open("a") as file:
        file.write("CALYPSO_BACULA_PASWORD=x\nPATH=/bin\n")

    told = [one.message for one in etc.problems()]
    assert told[0].endswith("Did you mean CALYPSO_BACULA_PASSWORD?")
    assert len(told) == 2


def test_a_misspelt_variable_counts_only_where_the_environment_does(etc):
    wrong = {"CALYPSO_REDIS_ULR": "x", "CALYPSO_SERVER": "http://x", "HOME": "/"}

    assert etc.check(wrong) == [("WARNING", "unknown", "redis_ulr")]
    assert etc.check() == []


@pytest.mark.parametrize("name", ["database_url", "redis_url", "secrets_key"])
def test_a_missing_address_or_key_is_an_error_in_production(etc, name):
    etc.secrets(**{name: None})
    assert etc.check() == [("ERROR", "missing", name)]

    etc.write("calypso.yaml", "mode: development\n")
    assert etc.check() == []


def test_a_missing_key_of_the_api_matters_where_an_api_is_served(etc):
    etc.secrets(jwt_key=None)
    assert etc.check() == [("WARNING", "missing", "jwt_key")]

    certified(etc, days=40)
    assert etc.check() == [("ERROR", "missing", "jwt_key")]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_secrets_that_others_read_are_dangerous(etc, mode):
    place = etc.secrets(mode=mode)
    one = etc.only()

    assert (one.code, one.place.file) == ("open_file", place)


def test_a_secret_in_calypso_yaml_is_dangerous_and_not_repeated(etc):
    etc.write("calypso.yaml", "node: one\nbacula_password: hush-hush\n")
    one = etc.only()

    assert (one.code, one.setting, one.place.line) == ("secret_in_yaml", "bacula_password", 2)
    assert "hush" not in str(one)
    assert "CALYPSO_BACULA_PASSWORD" in one.message


def test_a_password_of_a_product_may_stand_in_its_file_while_the_folder_is_closed(etc):
    etc.write("integrations/bacula.yaml", "password: hush-hush\n")
    (etc.folder / "integrations").chmod(0o750)
    assert etc.check() == []

    (etc.folder / "integrations").chmod(0o755)
    assert etc.check() == [("WARNING", "open_file", "")]


@pytest.mark.parametrize(
    "key", ["changeme", "calypso", "0123456789", "x" * 40, "please-change-this-key-to-your-own-one"]
)
def test_a_key_that_can_be_guessed_is_dangerous(etc, key):
    etc.secrets(jwt_key=key)

    assert etc.check() == [("WARNING", "default_key", "jwt_key")]


def test_one_key_for_both_is_dangerous(etc):
    key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    etc.secrets(jwt_key=key, secrets_key=key)

    assert etc.check() == [("WARNING", "same_key", "jwt_key")]


@pytest.mark.parametrize(
    "key", ["aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1e!", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF"]
)
def test_a_key_for_secrets_that_is_none_is_an_error(etc, key):
    etc.secrets(secrets_key=key, jwt_key="zB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eG")

    assert etc.check() == [("ERROR", "invalid", "secrets_key")]


@pytest.mark.parametrize(
    "listen", ["'*:443'", "':80'", "localhost:80", "0.0.0.0", "'[::]'", "127.0.0.1:x"]
)
def test_an_api_that_systemd_could_not_listen_for_does_not_work(etc, listen):
    etc.write("calypso.yaml", f"listen: {listen}\n")

    assert ("ERROR", "invalid", "listen") in etc.check()
    etc.write("calypso.yaml", f"mode: development\nlisten: {listen}\n")
    assert etc.check() == []


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "'[::]:443'", "192.0.2.1:80"])
def test_an_api_on_the_network_without_tls_is_dangerous(etc, listen):
    etc.write("calypso.yaml", f"listen: {listen}\n")
    one = etc.only()

    assert (one.code, one.setting, one.place.line) == ("no_tls", "listen", 1)


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "'[::1]:80'"])
def test_an_api_for_this_machine_alone_needs_no_tls(etc, listen):
    etc.write("calypso.yaml", f"listen: {listen}\n")

    assert etc.check() == []


@pytest.mark.parametrize(
    ("setting", "url", "codes"),
    [
        ("database_url", FAR, ["no_tls"]),
        ("database_url", f"{FAR}?sslmode=prefer", ["no_tls"]),
        ("database_url", f"{FAR}?sslmode=verify-full", []),
        ("database_url", "postgresql:///calypso?host=db.example", ["no_tls"]),
        ("database_url", "postgresql://calypso@localhost:5432,127.0.0.1/calypso", []),
        ("database_url", "postgresql://calypso@[::1]/calypso", []),
        ("database_url", "postgresql://calypso@localhost,db.example/calypso", ["no_tls"]),
        ("bacula_catalog_url", FAR, ["no_tls"]),
        ("redis_url", "redis://:pw@redis.example:6379/0", ["no_tls"]),
        ("redis_url", "rediss://:pw@redis.example:6379/0", []),
        ("redis_url", "rediss://redis.example/0", ["no_password"]),
        ("redis_url", "sentinel://a.example:26379,b.example:26379/0", ["no_tls", "no_password"]),
        ("redis_url", "redis://localhost/0", []),
    ],
)  # fmt: skip
def test_a_server_over_a_network_wants_tls_and_a_password(etc, setting, url, codes):
    etc.secrets(**{setting: url})
    found = etc.problems()

    assert [(one.code, one.setting) for one in found] == [(code, setting) for code in codes]
    assert "pw" not in " ".join(map(str, found))


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("storage_slots: 0", "storage_slots"),
        ("log_level: loud", "log_level"),
        ("lease_s: x", "lease_s"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_at_its_line(etc, line, setting):
    place = etc.write("calypso.yaml", f"node: one\n\n{line}\n")
    one = etc.only()

    assert (one.level, one.code, one.setting) == (Level.ERROR, "invalid", setting)
    assert str(one.place) == f"{place}:3"


@pytest.mark.parametrize(
    ("text", "line"), [("node: [one\n", 2), ("a\n", 1), ("node: one\n  x: 2\n", 2)]
)
def test_what_is_no_yaml_is_an_error_at_its_line(etc, text, line):
    place = etc.write("calypso.yaml", text)
    one = etc.only()

    assert (one.level, one.code, str(one.place)) == (Level.ERROR, "unreadable", f"{place}:{line}")


def test_a_file_that_is_no_text_is_an_error(etc):
    (etc.folder / "calypso.yaml").write_bytes(b"\xff\xfe\x00")

    assert etc.check() == [("ERROR", "unreadable", "")]


def test_a_setting_twice_in_a_file_is_an_error_and_in_two_files_a_warning(etc):
    etc.write("calypso.yaml", "node: one\nnode: two\n")
    assert etc.check() == [("ERROR", "twice", "node")]

    etc.write("calypso.yaml", "bacula_director: a:1\n")
    place = etc.write("integrations/bacula.yaml", "director: b:1\n")
    one = etc.only()
    assert (one.code, one.setting) == ("twice", "bacula_director")
    assert f"{place}:1" in one.message


def test_the_old_name_is_deprecated_and_beside_the_new_one_ignored(etc):
    old = (etc.folder / "calypso.yaml").rename(etc.folder / "config.yaml")
    assert [(one.code, one.place.file) for one in etc.problems()] == [("deprecated", old)]

    etc.write("calypso.yaml", "node: two\n")
    assert [(one.code, one.place.file) for one in etc.problems()] == [("ignored", old)]


def test_a_file_of_an_unknown_product_and_an_unknown_key_of_a_known_one_are_named(etc):
    etc.write("integrations/baculla.yaml", "director: x\n")
    assert etc.only().message.endswith("Did you mean bacula.yaml?")
    (etc.folder / "integrations" / "baculla.yaml").unlink()

    etc.write("integrations/bacula.yaml", "directr: x\n")
    one = etc.only()
    assert (one.code, one.setting) == ("unknown", "directr")
    assert one.message.endswith("Did you mean director?")


def test_a_certificate_that_is_not_there_is_an_error_and_an_open_key_dangerous(etc):
    etc.write("calypso.yaml", f"tls_certificate: {etc.folder}/c\ntls_key: {etc.folder}/k\n")
    assert etc.check() == [
        ("ERROR", "no_file", "tls_certificate"), ("ERROR", "no_file", "tls_key"),
    ]  # fmt: skip

    certified(etc, days=40)
    (etc.folder / "server.key").chmod(0o644)
    assert etc.check() == [("WARNING", "open_file", "")]


def test_half_a_certificate_and_a_cluster_are_errors_in_the_words_of_the_start(etc):
    etc.write("calypso.yaml", "tls_key: /x\n")
    assert "belong together" in etc.only().message

    etc.write("calypso.yaml", "node: one\n")
    etc.secrets(redis_url="redis+cluster://x")
    assert "no transport" in etc.only().message


def test_an_address_that_is_none_is_an_error_and_not_repeated(etc):
    etc.secrets(database_url="postgresql://hush@[::1/calypso")
    one = etc.only()

    assert (one.level, one.code, one.setting) == (Level.ERROR, "invalid", "database_url")
    assert "hush" not in str(one)


FILES = ["calypso.yaml", "secrets.env", "integrations/bacula.yaml"]
LINES = st.builds(
    "{}{}{}".format,
    st.sampled_from([*Settings.model_fields, "CALYPSO_REDIS_URL", "director"]),
    st.sampled_from([": ", "=", '="']),
    st.one_of(
        st.text(max_size=20), st.sampled_from(["[", "{", "&a", "*a", "postgresql://[", "!!x"])
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    name=st.sampled_from(FILES),
    lines=st.lists(LINES, max_size=4) | st.just([]),
    raw=st.binary(max_size=40),
)
def test_no_content_of_a_file_makes_it_fall_over(etc, name, lines, raw):
    (etc.folder / name).write_bytes("\n".join(lines).encode("utf-8", "replace") or raw)

    for one in etc.problems():
        assert one.message


def run(*words):
    return CliRunner().invoke(app, ["check", *words])


def test_the_exit_code_is_the_worst_of_what_was_found(etc):
    assert run("--dir", str(etc.folder)).exit_code == 0

    etc.secrets(mode=0o644)
    assert run("--dir", str(etc.folder)).exit_code == 1

    etc.write("calypso.yaml", "storage_slots: 0\n")
    done = run("--dir", str(etc.folder))
    assert done.exit_code == 2
    assert done.stdout.splitlines()[0].startswith("error: ")
    assert done.stdout.splitlines()[-1] == "1 errors, 1 warnings."


def test_as_json_each_problem_has_its_file_and_line(etc):
    place = etc.write("calypso.yaml", "node: one\nstorage_slots: 0\n")
    done = run("--dir", str(etc.folder), "--json")

    assert done.exit_code == 2
    (one,) = json.loads(done.stdout)
    assert {**one, "message": ""} == {
        "level": "error", "code": "invalid", "setting": "storage_slots",
        "file": str(place), "line": 2, "message": "",
    }  # fmt: skip


def test_what_is_wrong_in_the_environment_is_not_blamed_on_a_file(etc):
    etc.write("calypso.yaml", "storage_slots: 3\n")
    one = etc.only({"CALYPSO_STORAGE_SLOTS": "0"})

    assert (one.code, one.setting, one.place) == ("invalid", "storage_slots", None)


def test_one_folder_is_looked_at_without_the_environment(etc, monkeypatch, tmp_path):
    monkeypatch.setenv("CALYPSO_STORAGE_SLOTS", "0")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "secrets.env").write_text("CALYPSO_JWT_KEY=x\n")

    assert run("--dir", str(etc.folder)).exit_code == 0
    assert run().exit_code == 2


def test_a_folder_that_is_none_is_refused(tmp_path):
    assert run("--dir", str(tmp_path / "none")).exit_code == 2


def test_spans_that_cannot_be_sent_are_told(etc, monkeypatch):
    etc.write("calypso.yaml", "otel_endpoint: http://collector:4318\n")
    assert etc.check() == []

    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    assert etc.check() == [("WARNING", "not_installed", "otel_endpoint")]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (31, []),
        (29, [("WARNING", "expires", "tls_certificate")]),
        (-1, [("WARNING", "expired", "tls_certificate")]),
    ],
)
def test_a_certificate_that_is_not_good_for_long_is_told_at_its_line(etc, days, told):
    place = certified(etc, days=days)
    assert etc.check() == told
    if told:
        assert (etc.only().place.file, etc.only().place.line) == (place, 1)


def test_the_first_to_expire_of_those_up_to_the_root_counts(etc):
    certified(etc, days=400)
    (etc.folder / "above").mkdir()
    above = self_signed(
        etc.folder / "above", "root", "127.0.0.1", ends_in=timedelta(days=3)
    ).certificate
    with (etc.folder / "server.crt").open("a") as chain:
        chain.write(above.read_text())
    assert etc.check() == [("WARNING", "expires", "tls_certificate")]


def test_a_certificate_that_is_none_is_an_error(etc):
    certified(etc, days=40)
    (etc.folder / "server.crt").write_text("no certificate")
    assert etc.check() == [("ERROR", "invalid", "tls_certificate")]


def certified(etc, *, days):
    """Have settings name a certificate that is good for so long; returns their file."""
    made = self_signed(etc.folder, "keep", "127.0.0.1", ends_in=timedelta(days=days))
    made.key.chmod(0o600)
    return etc.write("calypso.yaml", f"tls_certificate: {made.certificate}\ntls_key: {made.key}\n")
