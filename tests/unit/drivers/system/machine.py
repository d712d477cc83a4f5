"""Folders of releases, and a machine whose commands are told what to answer."""

import json
from pathlib import Path

from calypso.drivers.system.layout import Layout
from calypso.host import Ran
from calypso.host.local import LocalHost


class ScriptedHost(LocalHost):
    """Writes files as the real one does; a command is answered by what `answers` has for it.

    `full`: after so many more files the disk is full. `asked`: the commands, in order.
    """

    def __init__(self, answers=None, *, full=None):
        super().__init__()
        self.answers, self.full, self.asked = answers or {}, full, []

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        self.asked.append(" ".join(argv))
        code, out, err = self.answers.get(self.asked[-1], (0, "", ""))
        return Ran(tuple(argv), code, out, err, 0.0)

    def write_text(self, path, text, *, mode=0o644):
        if self.full is not None:
            if self.full == 0:
                raise OSError(28, "No space left on device", str(path))
            self.full -= 1
        super().write_text(path, text, mode=mode)


def layout(folder: Path) -> Layout:
    made = Layout(folder)
    made.releases.mkdir(parents=True)
    return made


def release(of: Layout, version: str, *, day: int = 1, needs: str = "0011") -> Path:
    """Lay a release out, built on that day."""
    made = of.release(version)
    (made / "bin").mkdir(parents=True)
    (made / "bin/calypso").write_text("#!/bin/sh\n")
    (made / "manifest.json").write_text(json.dumps({
        "version": version, "commit": "0" * 40, "built": f"2026-01-{day:02}T00:00:00Z",
        "schema": needs, "pythons": ["3.11"],
        "platform": "linux_x86_64",
    }))  # fmt: skip
    return made
