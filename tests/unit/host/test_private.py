"""Private folders vanish: at the end, and after a kill at the next look."""

import os
import signal
import subprocess
import sys

import pytest

from calypso.errors import Misconfigured
from calypso.host.private import PrivateFolder, sweep

KILLED = """
import os, signal, sys
from pathlib import Path
from calypso.host.private import PrivateFolder
made = PrivateFolder(Path(sys.argv[1]))
(made.path / "identity").write_text("secret")
print(made.path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_is_this_users_alone_and_gone_at_the_end(tmp_path):
    made = PrivateFolder(tmp_path / "base")
    assert made.path.stat().st_mode & 0o777 == 0o700
    (made.path / "identity").write_text("secret")
    made.close()
    made.close()
    assert list((tmp_path / "base").iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_lives_is_not(tmp_path):
    base = tmp_path / "base"
    mine = PrivateFolder(base)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(base)], check=False, capture_output=True, text=True
    )
    left = ended.stdout.strip()
    assert ended.returncode == -signal.SIGKILL
    assert os.path.exists(os.path.join(left, "identity"))  # noqa: PTH110, PTH118

    sweep(base)

    assert not os.path.exists(left)  # noqa: PTH110
    assert mine.path.exists()
    PrivateFolder(base).close()
    assert mine.path.exists()
    mine.close()


def test_a_place_that_somebody_else_prepared_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o777)
    (tmp_path / "real").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for base in (tmp_path / "real", tmp_path / "link"):
        with pytest.raises(Misconfigured, match="this user alone"):
            PrivateFolder(base)


def test_sweeping_where_nothing_is_makes_nothing(tmp_path):
    sweep(tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_it_lies_in_memory_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:/elsewhere")
    made = PrivateFolder()
    assert made.path.parent.parent == tmp_path
    made.close()
