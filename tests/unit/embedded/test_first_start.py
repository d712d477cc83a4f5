"""Keys, the first password, the port, and what is said."""

import base64
import os
import signal
import socket
from pathlib import Path

import pytest

from calypso.config import Settings
from calypso.embedded import administrator, programs
from calypso.embedded.journal import KEPT_BYTES, Journal
from calypso.embedded.keys import keys
from calypso.embedded.listening import Listen, elsewhere, holder, is_free, parse
from calypso.embedded.places import QUIET_PORTS, free_port
from calypso.embedded.readiness import complaint
from calypso.embedded.signals import EndAsked, Signals
from calypso.errors import Misconfigured, Unavailable
from calypso.host.daemon import Told


@pytest.fixture
def settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("CALYPSO_")]:
        monkeypatch.delenv(name)
    return Settings()


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path, settings):
    first = keys(tmp_path, settings)

    assert keys(tmp_path, settings) == first
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(first["CALYPSO_SECRETS_KEY"])) == 32
    assert len(first["CALYPSO_JWT_KEY"]) >= 32


def test_a_configured_key_wins(tmp_path, settings):
    told = settings.model_copy(update={"jwt_key": type(settings.jwt_key)("mine")})

    assert keys(tmp_path, told)["CALYPSO_JWT_KEY"] == "mine"


class Accounts:
    """Answers like `calypso user add`."""

    def __init__(self, said="made", code=0):
        self.said, self.code, self.argvs, self.password = said, code, [], None

    def __call__(self, argv, **_):
        self.argvs.append(argv)
        self.password = Path(argv[-2]).read_text()
        return Told(self.code, self.said, "")


def test_the_first_password_is_kept_once_the_account_is_made(tmp_path):
    accounts = Accounts()

    said = administrator.ensure(tmp_path, {}, own_database=True, tell=accounts)

    kept = tmp_path / "admin-password"
    assert kept.read_text() == accounts.password
    assert kept.stat().st_mode & 0o777 == 0o600
    assert str(kept) in said
    assert accounts.password not in accounts.argvs[0]


def test_the_next_start_asks_nobody(tmp_path):
    administrator.ensure(tmp_path, {}, own_database=True, tell=Accounts())
    accounts = Accounts()

    administrator.ensure(tmp_path, {}, own_database=True, tell=accounts)

    assert accounts.argvs == []


def test_a_start_that_was_cut_keeps_the_password_it_had_made(tmp_path):
    (tmp_path / "admin-password.new").write_text("made before")

    administrator.ensure(tmp_path, {}, own_database=True, tell=Accounts("exists"))

    assert (tmp_path / "admin-password").read_text() == "made before"


def test_no_password_is_claimed_for_an_account_somebody_else_made(tmp_path):
    said = administrator.ensure(tmp_path, {}, own_database=False, tell=Accounts("admin exists"))

    assert "not known here" in said
    assert not list(tmp_path.glob("admin-password*"))


def test_a_refusal_is_passed_on(tmp_path):
    with pytest.raises(Unavailable):
        administrator.ensure(tmp_path, {}, own_database=True, tell=Accounts(code=1))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:8080", "http://[::1]:8080"),
        ("backup.example:443", "http://backup.example:443"),
    ],
)
def test_a_place_to_listen_leads_to_an_address(text, url):
    assert str(parse(text)) == text
    assert parse(text).url == url


@pytest.mark.parametrize("text", ["8080", ":8080", "localhost", "localhost:http", "h:70000"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(Misconfigured, match="HOST:PORT"):
        parse(text)


def test_who_holds_a_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = Listen("127.0.0.1", other.getsockname()[1])

        assert not is_free(listen)
        assert f"(process {os.getpid()})" in holder(listen.port)
        assert is_free(elsewhere(listen))


def test_ports_for_servers_lie_below_those_of_outgoing_connections():
    assert free_port() in QUIET_PORTS


def test_an_api_that_does_not_answer_is_not_ready():
    assert "does not answer" in complaint(Listen("127.0.0.1", free_port()))


def test_children_get_absolute_paths_and_the_given_addresses(tmp_path, settings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", "etc")
    monkeypatch.setenv("CALYPSO_DATABASE_URL", "old")
    given = {"CALYPSO_DATABASE_URL": "new"}

    env = programs.environment(tmp_path, settings, parse("127.0.0.1:1"), given)

    assert env["CALYPSO_CONFIG_DIR"] == str(tmp_path / "etc")
    assert env["CALYPSO_DATABASE_URL"] == "new"
    assert env["CALYPSO_STATE_DIR"] == str(tmp_path)


def test_what_is_said_stands_in_the_log_with_its_time(tmp_path, capsys):
    Journal(tmp_path).say("Calypso is ready")

    assert capsys.readouterr().out == "Calypso is ready\n"
    assert (tmp_path / "up.log").read_text().endswith("Z Calypso is ready\n")


def test_a_log_that_grew_too_big_is_set_aside(tmp_path):
    with (tmp_path / "api.log").open("wb") as log:
        log.truncate(KEPT_BYTES + 1)

    Journal(tmp_path)

    assert not (tmp_path / "api.log").exists()
    assert (tmp_path / "api.log.1").exists()


def test_a_wish_to_end_cuts_a_pause_short():
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(EndAsked):
            signals.pause(60)
        os.kill(os.getpid(), signal.SIGINT)
        signals.wait(60)

    assert signals.asked == 2
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
