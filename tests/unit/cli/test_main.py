"""The program as a whole."""

import subprocess
import sys

from typer.testing import CliRunner

import calypso
from calypso.cli.main import COMMANDS, app


def test_every_command_is_listed_with_a_line_of_help():
    done = CliRunner().invoke(app, ["--help"])

    assert done.exit_code == 0
    for name in COMMANDS:
        assert f"│ {name} " in done.output


def test_the_version_is_said():
    assert CliRunner().invoke(app, ["--version"]).output == f"calypso {calypso.__version__}\n"


def test_an_unknown_command_is_refused():
    assert CliRunner().invoke(app, ["frobnicate"]).exit_code == 2


def test_following_a_job_loads_no_database():
    program = "import calypso.cli.main, calypso.cli.jobs, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
