"""install.sh and uninstall.sh on a folder: what they make, refuse, repeat, undo."""

import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from calypso.config import KNOWN_SUBSYSTEMS
from calypso.drivers.system.layout import DATA_FOLDERS, Layout
from tests.acceptance.deploy.conftest import PATH, Bundle, refused, snapshot, with_program, without

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def uid(root, name):
    return int(re.search(rf"(?m)^{name}:[^:]*:(\d+):", (root / "etc/passwd").read_text())[1])


def url_in(settings):
    return re.search(r"DATABASE_URL='(.*?)'", settings.read_text())[1].replace("+psycopg", "")


# -- what it makes


def test_a_release_lies_by_its_version_and_current_names_it(installed, bundle):
    assert installed.current.is_symlink()
    assert str(installed.current.readlink()) == f"releases/{bundle.version}"
    assert (installed.release(bundle.version) / "bin/calypso").exists()


def test_configuration_and_data_have_their_folders(installed):
    for name in ("tls", "integrations", "system", "release-keys"):
        assert (installed.etc / name).is_dir()
    assert {path.name for path in installed.data.iterdir()} == set(DATA_FOLDERS)
    assert installed.log.is_dir()
    assert installed.upgrade.is_dir()
    assert installed.run.is_dir()


def test_secrets_are_for_root_alone_and_those_of_the_api_for_its_account(installed, root):
    assert mode(installed.etc / "secrets.env") == "0o600"
    assert mode(installed.state / "admin-password") == "0o600"
    assert mode(installed.etc / "tls/server.key") == "0o640"
    assert (installed.etc / "tls/server.key").stat().st_gid != 0
    assert mode(installed.data / "backups") == "0o700"
    assert (installed.data / "uploads").stat().st_uid == uid(root, "calypso")


def test_the_keys_are_random_and_whole(installed):
    text = (installed.etc / "secrets.env").read_text()

    assert re.search(r"CALYPSO_SECRETS_KEY='[A-Za-z0-9+/]{43}='", text)
    assert re.search(r"CALYPSO_JWT_KEY='[0-9a-f]{64}'", text)


def test_the_first_administrator_is_in_the_database_and_nobody_else(installed, settings):
    with psycopg.connect(url_in(settings)) as server:
        assert server.execute("SELECT name, roles FROM calypso.users").fetchall() == [
            ("admin", ["admin"])
        ]


def test_every_unit_is_enabled_below_the_target(installed, root):
    wanted = root / "etc/systemd/system/calypso.target.wants"

    assert {path.name for path in wanted.iterdir()} == {
        "calypso-api.service", "calypso-api.socket", "calypso-scheduler.service",
        "calypso-log.service", *(f"calypso-worker@{name}.service" for name in KNOWN_SUBSYSTEMS),
    }  # fmt: skip
    assert (root / "etc/systemd/system/multi-user.target.wants/calypso.target").is_symlink()
    assert (root / "etc/logrotate.d/calypso").exists()
    for name in KNOWN_SUBSYSTEMS:
        drop_in = f"usr/local/lib/systemd/system/calypso-worker@{name}.service.d/rights.conf"
        assert (root / drop_in).exists()


def test_the_certificate_names_this_machine_and_belongs_to_its_key(installed):
    said = subprocess.run(
        ["openssl", "x509", "-noout", "-text", "-in", str(installed.etc / "tls/server.crt")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert "DNS:localhost" in said
    assert "IP Address:127.0.0.1" in said


def test_no_secret_is_printed(bundle, root, settings):
    ran = bundle.install(root, "--settings", str(settings))

    text = (root / "etc/calypso/secrets.env").read_text()
    secrets = [*re.findall(r"'(.*)'", text), (root / "var/lib/calypso/admin-password").read_text()]
    assert [one for one in secrets if one in ran.stdout + ran.stderr] == []


def test_what_is_missing_is_named_with_the_way_to_get_it(bundle, root, settings, tmp_path):
    path = without(tmp_path, "zfs", "scstadmin", "vtlcmd", "bacula-dir", "bconsole")

    ran = bundle.install(root, "--settings", str(settings), "--dry-run", path=path)

    for product, way in (
        ("OpenZFS", "zfsutils-linux"), ("SCST", "scst-dkms"), ("MHVTL", "docs/mhvtl.md"),
        ("Bacula", "bacula-director-pgsql"),
    ):  # fmt: skip
        (line,) = [line for line in ran.stdout.splitlines() if f"{product}: missing" in line]
        assert way in line


# -- again


def test_a_second_run_changes_nothing(bundle, installed, root, settings):
    before = snapshot(root)

    again = bundle.install(root, "--settings", str(settings))

    assert again.returncode == 0, again.stderr
    assert snapshot(root) == before


def test_a_run_that_was_cut_in_the_middle_is_finished_by_the_next(bundle, root, settings, tmp_path):
    path = with_program(
        tmp_path, "openssl",
        'case $1 in req) kill -9 $PPID ;; esac\nexec /usr/bin/openssl "$@"',
    )  # fmt: skip
    cut = bundle.install(root, "--settings", str(settings), path=path)
    assert cut.returncode != 0
    assert not (root / "etc/calypso/secrets.env").exists()
    assert (root / "var/lib/calypso/install.begun").exists()
    (root / "etc/calypso/secrets.env").touch(0o600)  # as a power cut may leave it

    ran = bundle.install(root, "--settings", str(settings))

    assert ran.returncode == 0, ran.stderr
    assert "CALYPSO_SECRETS_KEY" in (root / "etc/calypso/secrets.env").read_text()
    assert not (root / "var/lib/calypso/install.begun").exists()


def test_secrets_of_an_operator_are_never_overwritten(bundle, installed, root, settings):
    secrets = installed.etc / "secrets.env"
    secrets.write_text(secrets.read_text() + "CALYPSO_BACULA_PASSWORD='kept'\n")
    (installed.etc / "calypso.yaml").write_text("node: mine\n")

    bundle.install(root, "--settings", str(settings))

    assert "CALYPSO_BACULA_PASSWORD='kept'" in secrets.read_text()
    assert (installed.etc / "calypso.yaml").read_text() == "node: mine\n"


def test_an_administrator_of_an_earlier_installation_keeps_the_password(
    bundle, installed, root, settings
):
    (installed.state / "admin-password").unlink()

    ran = bundle.install(root, "--settings", str(settings))

    assert ran.returncode == 0
    assert "of an earlier installation" in ran.stdout
    assert not (installed.state / "admin-password").exists()


# -- dry


def test_a_dry_run_says_what_it_would_do_and_does_nothing(bundle, root, settings):
    before = snapshot(root)

    ran = bundle.install(root, "--settings", str(settings), "--dry-run")

    assert ran.returncode == 0, ran.stderr
    assert snapshot(root) == before
    for word in ("unpack.sh", "secrets.env (600", "calypso migrate", "calypso-worker@tape.service"):
        assert word in ran.stdout
    with psycopg.connect(url_in(settings)) as server:
        schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'calypso'"
        assert server.execute(schemas).fetchone() == (0,)


def test_servers_of_this_machine_are_not_set_up_for_a_folder(bundle, root):
    before = snapshot(root)

    assert "--settings FILE" in refused(bundle.install(root))
    assert snapshot(root) == before


# -- refused


@pytest.mark.parametrize("release", ["ID=fedora\nVERSION_ID=40\n", 'ID=debian\nVERSION_ID="11"\n',
                                     'ID=ubuntu\nVERSION_ID="22.04"\n'])  # fmt: skip
def test_a_system_nobody_tested_is_refused(bundle, root, settings, release):
    (root / "etc/os-release").write_text(release)
    before = snapshot(root)

    said = refused(bundle.install(root, "--settings", str(settings)))

    assert "Debian 12" in said
    assert snapshot(root) == before


def test_ubuntu_24_04_is_not_refused(bundle, root, settings):
    (root / "etc/os-release").write_text('ID=ubuntu\nVERSION_ID="24.04"\n')
    ran = bundle.install(root, "--settings", str(settings), "--dry-run")
    assert ran.returncode == 0, ran.stderr


def test_who_is_not_root_is_told_so(bundle):
    with tempfile.TemporaryDirectory(prefix="calypso-bundle-") as folder:  # one they may enter
        Path(folder).chmod(0o755)
        shutil.copytree(bundle.folder, f"{folder}/bundle")
        ran = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
             f"{folder}/bundle/scripts/install.sh", "--root", folder],
            capture_output=True, text=True, env={"PATH": PATH}, check=False,
        )  # fmt: skip
    assert "only root" in refused(ran)


def test_without_python_and_without_apt_the_way_out_is_named(bundle, root, tmp_path):
    path = without(tmp_path, "python3", "python3.11", "python3.12", "python3.13", "apt-get")
    assert "python3-venv" in refused(bundle.install(root, path=path))


def test_a_disk_without_room_is_refused(bundle, root, settings, tmp_path):
    said = refused(bundle.install(root, "--settings", str(settings), path=on_a_full_disk(tmp_path)))

    assert "100 MiB free" in said


def on_a_full_disk(tmp_path):
    told = "Filesystem MiB Used Available Use% Mounted\n/dev/sda1 1000 900 100 90% /"
    return with_program(tmp_path, "df", f"echo '{told}'")


def test_what_is_installed_needs_no_room_to_be_left_as_it_is(bundle, root, settings, tmp_path):
    (root / "var/lib/calypso").mkdir(parents=True)
    (root / "var/lib/calypso/installed").write_text(f"{bundle.version} all\n")

    again = bundle.install(
        root, "--settings", str(settings), "--dry-run", path=on_a_full_disk(tmp_path)
    )
    assert again.returncode == 0, again.stderr


@pytest.fixture
def in_use(bundle, root):
    """The releases of a machine on which one is in use."""
    places = Layout(root)
    shutil.copytree(bundle.folder, places.release(bundle.version))
    places.current.symlink_to(f"releases/{bundle.version}")
    return places.releases


def test_an_upgrade_without_room_is_refused_before_anything_is_laid_out(
    bundle, in_use, root, tmp_path
):
    newer = Bundle(tmp_path / "newer", version="99.0.0")

    said = refused(
        newer.install(root, "--key", str(newer.key), script="upgrade.sh",
                      path=on_a_full_disk(tmp_path))
    )  # fmt: skip

    assert "100 MiB free" in said
    assert {one.name for one in in_use.iterdir()} == {bundle.version}


@pytest.mark.usefixtures("in_use")
def test_an_upgrade_names_the_subsystems_that_the_release_before_had_not(root, tmp_path):
    newer = Bundle(tmp_path / "newer", version="99.0.0")
    (newer.folder / "deploy/systemd/calypso-worker@moon.service.d").mkdir()
    (newer.folder / "deploy/systemd/calypso-worker@moon.service.d/rights.conf").write_text("")
    newer.sign()

    ran = newer.install(root, "--key", str(newer.key), "--dry-run", script="upgrade.sh")

    assert ran.returncode == 0, ran.stderr
    assert "systemctl enable --now calypso-worker@moon" in ran.stdout
    assert "enable --now calypso-worker@tape" not in ran.stdout


def test_another_release_is_not_written_over(bundle, installed, root, settings, tmp_path):
    newer = Bundle(tmp_path / "newer", version="99.0.0")

    said = refused(newer.install(root, "--settings", str(settings)))

    assert "upgrade.sh" in said
    assert str(installed.current.readlink()) == f"releases/{bundle.version}"


def test_another_installation_that_is_half_done_is_refused(bundle, root, settings):
    (root / "var/lib/calypso").mkdir(parents=True)
    (root / "var/lib/calypso/install.begun").write_text("0.0.9 all\n")

    assert "half done" in refused(bundle.install(root, "--settings", str(settings)))


def test_two_at_a_time_are_refused(bundle, root, settings):
    with subprocess.Popen(
        ["flock", str(root), "sh", "-c", "echo held; cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == b"held\n"
        said = refused(bundle.install(root, "--settings", str(settings)))
    assert "another install.sh is running" in said


def test_a_bundle_that_was_changed_is_refused(bundle, root, settings):
    unit = bundle.folder / "deploy/systemd/calypso-api.service"
    unit.write_text(unit.read_text().replace("User=calypso", "User=root"))

    said = refused(bundle.install(root, "--settings", str(settings)))

    assert "not what was signed" in said
    assert not (root / "opt").exists()


def test_a_file_that_nobody_signed_is_refused(bundle, root, settings):
    (bundle.folder / "deploy/systemd/calypso-extra.service").write_text("[Service]\n")
    assert "nobody signed" in refused(bundle.install(root, "--settings", str(settings)))


def test_a_bundle_of_another_key_is_refused(bundle, root, settings, tmp_path):
    other = Bundle(tmp_path / "other")
    bundle.key.write_text(other.key.read_text())

    assert "fits none of" in refused(bundle.install(root, "--settings", str(settings)))


def test_without_a_key_nothing_is_trusted(bundle, root):
    ran = subprocess.run(
        [str(bundle.folder / "scripts/install.sh"), "--root", str(root)],
        capture_output=True, text=True, env={"PATH": PATH}, check=False,
    )  # fmt: skip
    assert "--key FILE" in refused(ran)


def test_a_pool_that_is_not_there_is_refused(bundle, root, settings):
    said = refused(bundle.install(root, "--settings", str(settings), "--pool", "nowhere"))
    assert "nowhere" in said


def test_a_certificate_with_another_key_is_refused(bundle, root, settings, tmp_path):
    from tests.certificates import self_signed

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = self_signed(tmp_path / "one", "a.example", "10.0.0.1")
    two = self_signed(tmp_path / "two", "b.example", "10.0.0.2")

    said = refused(
        bundle.install(root, "--settings", str(settings), "--tls-certificate",
                       str(one.certificate), "--tls-key", str(two.key))
    )  # fmt: skip

    assert "is not the key of" in said


@pytest.mark.parametrize(
    "words",
    [["--listen", "nowhere"], ["--listen", "localhost:443"], ["--listen", "*:443"],
     ["--workers", "storage,moon"], ["--join", "http://x"], ["--pool"],
     ["--node", "A B"], ["--wrong"], ["--join", "https://x"]],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_refused_before_anything(bundle, root, words):
    ran = bundle.install(root, *words)
    assert ran.returncode == 2, ran.stderr
    assert not (root / "opt").exists()


# -- a certificate of one's own


def test_a_given_certificate_is_used(bundle, root, settings, tmp_path):
    from tests.certificates import self_signed

    (tmp_path / "tls").mkdir()
    own = self_signed(tmp_path / "tls", "appliance.example", "10.0.0.1")

    ran = bundle.install(
        root, "--settings", str(settings), "--tls-certificate", str(own.certificate),
        "--tls-key", str(own.key), "--listen", "10.0.0.1:8443",
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert (root / "etc/calypso/tls/server.crt").read_bytes() == own.certificate.read_bytes()
    drop_in = root / "usr/local/lib/systemd/system/calypso-api.socket.d/00-listen.conf"
    assert "ListenStream=10.0.0.1:8443" in drop_in.read_text()
    assert "listen: '10.0.0.1:8443'" in (root / "etc/calypso/calypso.yaml").read_text()


# -- and away again


def test_uninstalling_keeps_data_configuration_and_secrets(bundle, installed, root):
    (installed.data / "shares/report.txt").write_text("kept")

    ran = bundle.install(root, script="uninstall.sh")

    assert ran.returncode == 0, ran.stderr
    assert not installed.current.is_symlink()
    assert not installed.releases.exists()
    assert list((root / "etc/systemd/system").rglob("calypso*")) == []
    assert list((root / "usr/local/lib/systemd/system").glob("calypso*")) == []
    assert (installed.data / "shares/report.txt").read_text() == "kept"
    assert (installed.etc / "secrets.env").exists()


def test_what_was_uninstalled_can_be_installed_again_with_its_secrets(
    bundle, installed, root, settings
):
    before = (installed.etc / "secrets.env").read_bytes()
    bundle.install(root, script="uninstall.sh")
    said = refused(bundle.install(root, "--join", "https://control.example", "--node", "vault"))
    assert "this machine is a control plane" in said

    ran = bundle.install(root, "--settings", str(settings))

    assert ran.returncode == 0, ran.stderr
    assert (installed.etc / "secrets.env").read_bytes() == before


def test_a_dry_run_of_uninstalling_changes_nothing(bundle, installed, root):
    before = snapshot(root)

    ran = bundle.install(root, "--dry-run", "--purge", script="uninstall.sh")

    assert ran.returncode == 0, ran.stderr
    assert "would: rm -rf" in ran.stdout
    assert snapshot(root) == before


def test_purging_wants_the_phrase(bundle, installed, root):
    before = snapshot(root)

    said = refused(bundle.install(root, "--purge", script="uninstall.sh", stdin="yes\n"))

    assert "not confirmed" in said
    assert snapshot(root) == before


def test_purging_leaves_nothing_of_ours(bundle, installed, root):
    phrase = "destroy all data of this appliance\n"

    ran = bundle.install(root, "--purge", script="uninstall.sh", stdin=phrase)

    assert ran.returncode == 0, ran.stderr
    for place in (installed.data, installed.etc, installed.state, installed.log, installed.home):
        assert not place.exists()
