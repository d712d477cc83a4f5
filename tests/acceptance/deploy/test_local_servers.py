"""A PostgreSQL of this machine, as install.sh sets it up: a real cluster, by Debian's own tools.

`systemctl` is a stand-in of three lines that has Debian's pg_ctlcluster start the cluster.
"""

import os
import shutil
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
        self.srv = folder / "srv"
        self.srv.mkdir(mode=0o755)
        (folder / "bin").mkdir()
        (folder / "bin/systemctl").write_text(SYSTEMCTL)
        (folder / "bin/systemctl").chmod(0o755)
        self._path = f"{folder}/bin:{PATH}"

    def own_database(self, url=""):
        """Run that part of install.sh; returns the address it found."""
        script = f"""set -euo pipefail
            . {LIB}/common.sh
            . {LIB}/servers.sh
            srv={self.srv} database_url='{url}'
            own_database >&2
            echo "$database_url" """
        ran = subprocess.run(
            ["bash", "-c", script],
            capture_output=True, text=True, env={"PATH": self._path}, check=False, timeout=120,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()


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
    assert (where, checksums, encoding, is_super) == ("calypso", "on", "UTF8", False)
    (data,) = (local.srv / "db").iterdir()
    assert (data / "PG_VERSION").exists()


def test_again_it_is_the_same_cluster_with_the_same_password(local):
    first = local.own_database()
    with psycopg.connect(first) as server:
        server.execute("CREATE TABLE kept (n int)")

    second = local.own_database(first)

    assert second == first
    with psycopg.connect(second) as server:
        assert server.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_cut_before_the_password_was_kept_the_next_run_sets_another(local):
    lost = local.own_database()

    found = local.own_database()

    assert found != lost
    with psycopg.connect(found) as server:
        assert server.execute("SELECT current_user").fetchone() == ("calypso",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(lost)
