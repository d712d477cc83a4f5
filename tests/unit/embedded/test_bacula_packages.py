"""How packages are fetched: from an apt-get that hands out small packages, or does not."""

import shutil
import subprocess
import threading
import time

import pytest

from calypso.embedded import bacula_packages
from calypso.embedded.bacula_packages import DAEMONS, PACKAGES, TOOLS, Programs, find, names_of
from calypso.embedded.signals import EndAsked
from calypso.errors import Unavailable

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is of Debian")
APT_GET = """#!/bin/sh
while [ "$1" ]; do
    case "$1" in
    -o) shift ;;
    -*) ;;
    update) echo update >>{pool}/log; mv {pool}/later/* {pool} 2>/dev/null; exit 0 ;;
    download) echo download >>{pool}/log ;;
    *)
        cp {pool}/"$1"_* . 2>/dev/null ||
            {{ echo "E: Unable to locate package $1"; exit 100; }}
        ;;
    esac
    shift
done
"""
CONTROL = """\
Package: {name}
Version: 9.6.7-7
Architecture: all
Maintainer: nobody
Description: x
"""
CONTENTS = {
    "bacula-common": ["usr/lib/bacula/libbac-9.6.7.so"],
    "bacula-common-pgsql": ["usr/lib/bacula/libbaccats-postgresql-9.6.7.so"],
    "bacula-director": [
        "usr/sbin/bacula-dir",
        "etc/bacula/scripts/query.sql",
        *(f"usr/sbin/{tool}" for tool in TOOLS),
    ],
    "bacula-director-pgsql": ["usr/share/dbconfig-common/data/bacula-director-pgsql/install/pgsql"],
    "bacula-fd": ["usr/sbin/bacula-fd"],
    "bacula-sd": ["usr/sbin/bacula-sd"],
    "bacula-console": ["usr/sbin/bconsole"],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Small packages of the names and with the files of the real ones."""
    folder = tmp_path_factory.mktemp("built")
    for name in PACKAGES:
        tree = folder / name
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN" / "control").write_text(CONTROL.format(name=name))
        for file in CONTENTS[name]:
            (tree / file).parent.mkdir(parents=True, exist_ok=True)
            (tree / file).write_text("x\n")
        package = folder / f"{name}_9.6.7-7_all.deb"
        subprocess.run(["dpkg-deb", "--build", tree, package], check=True, capture_output=True)
        shutil.rmtree(tree)
    return folder


@pytest.fixture
def apt(built, tmp_path):
    """What apt-get hands out, and the environment in which it is found."""
    pool = tmp_path / "pool"
    shutil.copytree(built, pool)
    program = tmp_path / "programs" / "apt-get"
    program.parent.mkdir()
    program.write_text(APT_GET.format(pool=pool))
    program.chmod(0o755)
    return Pool(pool, {"PATH": f"{program.parent}:/usr/bin:/bin"})


class Pool:
    def __init__(self, folder, env):
        self.folder, self.env = folder, env

    @property
    def log(self):
        return (self.folder / "log").read_text().split()

    def package(self, name):
        return next(self.folder.glob(f"{name}_*"))


@pytest.fixture
def fetch(apt, tmp_path):
    def fetch(pause=time.sleep, env=apt.env):
        return bacula_packages.fetch(tmp_path / "kept", env, pause=pause)

    return fetch


def nothing_is_kept(tmp_path):
    return [file.name for file in (tmp_path / "kept").iterdir()] == ["lock"]


def test_packages_are_fetched_once_and_found_afterwards(fetch, apt, tmp_path):
    programs = fetch()

    assert programs == Programs(tmp_path / "kept" / "bacula-9.6.7-7")
    assert find(tmp_path / "kept", installed=tmp_path / "none") == programs
    assert fetch() == programs
    assert apt.log == ["download"]


def test_installed_programs_go_before_unpacked_ones(fetch, tmp_path):
    unpacked = fetch().root
    installed = shutil.copytree(unpacked, tmp_path / "installed")

    assert find(tmp_path / "kept", installed=installed).root == installed


@pytest.mark.parametrize("name", [f"usr/sbin/{DAEMONS[0]}", "usr/lib/bacula"])
def test_what_lacks_a_part_is_not_found(fetch, tmp_path, name):
    part = fetch().root / name
    part.rename(tmp_path / "away")

    assert find(tmp_path / "kept", installed=tmp_path / "none") is None


def test_without_apt_get_it_says_so(fetch, tmp_path):
    with pytest.raises(Unavailable, match="There is no apt-get here"):
        fetch(env={"PATH": str(tmp_path)})

    assert nothing_is_kept(tmp_path)


def test_a_package_that_came_half_is_told_and_not_kept(fetch, apt, tmp_path):
    whole = apt.package("bacula-sd").read_bytes()
    apt.package("bacula-sd").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(Unavailable, match=r"bacula-sd_9.6.7-7_all.deb cannot be unpacked"):
        fetch()
    assert nothing_is_kept(tmp_path)

    apt.package("bacula-sd").write_bytes(whole)
    assert fetch().is_complete


def test_what_a_killed_fetch_left_is_made_anew(fetch, tmp_path):
    left = tmp_path / "kept" / "fetching" / "root" / "usr"
    left.mkdir(parents=True)
    (tmp_path / "kept" / "fetching" / "bacula-sd_9.6.7-7_all.deb").write_text("half")

    assert fetch().is_complete
    assert not left.exists()


def test_what_apt_get_says_is_told(fetch, apt, tmp_path):
    program = apt.folder.parent / "programs" / "apt-get"
    program.write_text("#!/bin/sh\necho 'E: Temporary failure resolving deb.test'\nexit 100\n")

    with pytest.raises(Unavailable, match="Temporary failure resolving"):
        fetch()
    assert nothing_is_kept(tmp_path)


def test_a_machine_without_lists_reads_some_for_itself(fetch, apt):
    later = apt.folder / "later"
    later.mkdir()
    for package in apt.folder.glob("*.deb"):
        package.rename(later / package.name)

    assert fetch().is_complete
    assert apt.log == ["download", "update", "download"]


def test_packages_nobody_has_are_told(fetch, apt, tmp_path):
    apt.package("bacula-fd").unlink()

    with pytest.raises(Unavailable, match="Unable to locate package bacula-fd"):
        fetch()
    assert nothing_is_kept(tmp_path)


def test_packages_of_another_layout_are_told(fetch, apt, built, tmp_path):
    shutil.copy(built / "bacula-fd_9.6.7-7_all.deb", apt.package("bacula-director-pgsql"))

    with pytest.raises(Unavailable, match="not laid out as known"):
        fetch()
    assert nothing_is_kept(tmp_path)


def test_who_asks_for_the_end_is_heard_while_apt_get_is_waited_for(fetch, apt, tmp_path):
    program = apt.folder.parent / "programs" / "apt-get"
    program.write_text("#!/bin/sh\nexec sleep 600\n")

    def pause(_):
        raise EndAsked

    with pytest.raises(EndAsked):
        fetch(pause=pause)
    assert nothing_is_kept(tmp_path)


def test_of_two_at_once_one_fetches(fetch, apt):
    found = []
    both = [threading.Thread(target=lambda: found.append(fetch())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert found[0] == found[1]
    assert apt.log == ["download"]


def test_the_catalogs_library_is_postgresqls(fetch, tmp_path):
    programs = fetch()

    linked = programs.linked(tmp_path / "lib")
    again = programs.linked(tmp_path / "lib")

    assert linked == again
    target = (linked / "libbaccats-9.6.7.so").resolve()
    assert target == programs.libraries / "libbaccats-postgresql-9.6.7.so"


@pytest.mark.parametrize(
    ("library", "package"),
    [("liblzo2.so.2", "liblzo2-2"), ("libwrap.so.0", "libwrap0"), ("libpq.so.5", "libpq5"),
     ("libldap-2.5.so.0", "libldap-2.5-0"), ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
     ("libcom_err.so.2", "libcom-err2"), ("libreadline.so.8", "libreadline8")],
)  # fmt: skip
def test_a_library_is_in_the_package_that_debian_names_after_it(library, package):
    assert names_of(library) == (package, f"{package}t64")


def test_of_several_unpacked_ones_the_newest_is_found(fetch, tmp_path):
    older = fetch().root
    newer = shutil.copytree(older, older.with_name("bacula-15.0.3-3"))

    assert find(tmp_path / "kept", installed=tmp_path / "none").root == newer


def test_that_daemons_encrypt_unasked_is_seen_in_their_library(fetch):
    programs = fetch()
    assert not programs.encrypt_unasked

    (programs.libraries / "libbac-9.6.7.so").write_bytes(b"\x7fELF...TLSPSK Start PSK")
    assert programs.encrypt_unasked
