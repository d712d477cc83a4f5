"""A PostgreSQL of this machine, as install.sh sets it up: a real cluster, by Debian's own tools.

`systemctl` is a stand-in of three lines that has Debian's pg_ctlcluster start the cluster.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.deploy.conftest import CHECKOUT, PATH
from tests.conftest import missing

LIB = CHECKOUT / "deploy/scripts/lib"
SYSTEMCTL = """#!/bin/sh
case $* in "enable --now postgresql@"*) ;; *) exit 1 ;; esac
pg_ctlcluster "$(expr "$3" : 'postgresql@\\([0-9]*\\)-')" calypso start 2>/dev/null || [ $? = 2 ]
"""


class Local:
    def __init__(self, folder):
        self.srv, self.state = folder / "srv", folder / "state"
        self.secrets = self.state / "secrets.env"
        for made in (self.srv, self.state, folder / "bin"):
            made.mkdir(mode=0o755)
        self.program("systemctl", SYSTEMCTL)
        self._path = f"{folder}/bin:{PATH}"

    def program(self, name, script):
        """Put a script in a program's place."""
        made = self.srv.parent / "bin" / name
        made.write_text(script)
        made.chmod(0o755)
        return made

    def run(self, part, given=""):
        """Run a part of install.sh; `given` is the address of a database that --settings names."""
        script = f"""set -euo pipefail
            . {LIB}/common.sh
            . {LIB}/settings.sh
            . {LIB}/servers.sh
            srv={self.srv} state={self.state} secrets={self.secrets} given_file=
            database_url='{given}' redis_url=redis://given jwt_key= secrets_key=
            know_addresses
            {part} >&2
            echo "$database_url" """
        return subprocess.run(
            ["bash", "-c", script],
            capture_output=True, text=True, env={"PATH": self._path}, check=False, timeout=120,
        )  # fmt: skip

    def own_database(self):
        """Make the database; returns its address."""
        ran = self.run("own_database")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def prepare(self, given=""):
        """Have servers and secrets; returns the database's address that is kept."""
        ran = self.run("prepare_servers", given)
        assert ran.returncode == 0, ran.stderr
        return re.search("DATABASE_URL='(.*)'", self.secrets.read_text())[1]


@pytest.fixture
def local():
    if os.geteuid() != 0:
        pytest.skip("clusters of the machine are made by root only")
    if shutil.which("pg_createcluster", path=PATH) is None:
        missing("postgresql-packages", "there is no pg_createcluster: apt-get install postgresql")
    if Path("/etc/postgresql").exists() and list(Path("/etc/postgresql").glob("*/calypso")):
        pytest.skip("this machine has a cluster named calypso already")
    with tempfile.TemporaryDirectory(prefix="calypso-cluster-") as folder:
        Path(folder).chmod(0o755)
        yield Local(Path(folder))
        for made in Path("/etc/postgresql").glob("*/calypso"):
            drop = ["pg_dropcluster", "--stop", made.parent.name, "calypso"]
            subprocess.run(drop, check=True, timeout=60)


def test_the_database_is_below_our_own_data_with_checksums(local):
    url = local.own_database()

    with psycopg.connect(url) as server:
        (where,) = server.execute(
            "SELECT datname FROM pg_database WHERE datname = 'calypso'"
        ).fetchone()
        (checksums,) = server.execute("SHOW data_checksums").fetchone()
        (encoding,) = server.execute("SHOW server_encoding").fetchone()
        (is_super,) = server.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = 'calypso'"
        ).fetchone()
        (connections,) = server.execute("SHOW max_connections").fetchone()
    assert int(connections) >= 2 * 84 + 3, "an appliance's at most, twice while a release changes"
    assert (where, checksums, encoding, is_super) == ("calypso", "on", "UTF8", False)
    (data,) = (local.srv / "db").iterdir()
    assert (data / "PG_VERSION").exists()


def test_again_it_leaves_a_cluster_with_the_password_that_an_operator_gave_it(local):
    first = local.prepare()
    chosen = re.sub("calypso:[0-9a-f]*@", "calypso:Chosen-By-Hand@", first)
    with psycopg.connect(first) as server:
        server.execute("ALTER ROLE calypso PASSWORD 'Chosen-By-Hand'")
        server.execute("CREATE TABLE kept (n int)")
    local.secrets.write_text(local.secrets.read_text().replace(first, chosen))

    assert local.prepare() == chosen

    with psycopg.connect(chosen) as server:
        assert server.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_an_address_on_this_machine_that_was_given_gets_no_cluster_beside_it(local):
    given = "postgresql://calypso:MyOwnPass@127.0.0.1:5432/calypso"

    assert local.prepare(given) == given
    assert not list(Path("/etc/postgresql").glob("*/calypso"))


def test_half_a_cluster_that_a_killed_run_left_is_made_anew(local):
    # Killed when initdb has begun to write and the configuration has its name already.
    local.program("pg_createcluster", f"""#!/bin/sh
        release=$(expr "$*" : '.* \\([0-9]*\\) calypso')
        mkdir -p /etc/postgresql/$release/calypso {local.srv}/db/$release/base
        echo "data_directory = '{local.srv}/db/$release'" \
            >/etc/postgresql/$release/calypso/postgresql.conf
        kill -9 $PPID""")  # fmt: skip
    assert local.run("make_cluster").returncode == -signal.SIGKILL
    local.program("pg_createcluster", f"""#!/bin/sh
        ls -d /etc/postgresql/*/calypso {local.srv}/db/* >{local.state}/in-the-way 2>/dev/null
        exit 0""")  # fmt: skip

    assert local.run("make_cluster").returncode == 0

    assert [one.name for one in local.state.iterdir()] == ["in-the-way"]
    assert (local.state / "in-the-way").read_text() == ""


def test_cut_before_the_password_was_kept_the_next_run_sets_another(local):
    lost = local.own_database()

    found = local.own_database()

    assert found != lost
    with psycopg.connect(found) as server:
        assert server.execute("SELECT current_user").fetchone() == ("calypso",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(lost)
