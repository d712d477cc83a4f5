#!/usr/bin/env python3
"""A stand-in for systemctl: keeps in a folder what systemd would keep, and starts nothing.

What it is faithful in: the verbs that Calypso uses, their words, exit codes and the columns of
`list-units`; that `reload` and `start` take what `current` names at that moment, and that `start`
leaves alone what runs. What it is not: it runs no program, knows no dependency, and every unit is
active or inactive at once. The pass in the guest of the lab uses the real one.

It is to lie, or be linked, in a folder beside `systemd` (that folder) and `root` (the appliance's):
`units/NAME` holds the release that the unit runs, or nothing while it is inactive; `calls` gets a
line for each call; a release whose folder holds `fails-to-start` makes `reload` and `start` fail,
as a keeper does whose newcomer dies; the unit that `dies` names ends just after it was reloaded; at
the verb that `block` names it writes `blocked` and stands still for as long as that is there.
"""

import fnmatch
import sys
import time
from pathlib import Path

place = Path(sys.argv[0]).parent.parent
folder = place / "systemd"
current = place / "root/opt/adastra/calypso/current"


def main(verb, *words):
    with (folder / "calls").open("a") as calls:
        calls.write(f"{verb} {' '.join(words)}\n")
    block = folder / "block"
    if block.exists() and block.read_text() == verb:
        (folder / "blocked").touch()
        while (folder / "blocked").exists():
            time.sleep(0.05)
    return {"list-units": listed, "daemon-reload": nothing, "reload": reloaded, "start": started,
            "stop": stopped}[verb](*words)  # fmt: skip


def nothing():
    return 0


def listed(*words):
    patterns = [word for word in words if not word.startswith("--")]
    for unit in sorted((folder / "units").iterdir()):
        if any(fnmatch.fnmatch(unit.name, pattern) for pattern in patterns):
            state = "active running" if unit.read_text() else "inactive dead"
            print(f"  {unit.name} loaded {state} Calypso")
    return 0


def started(*units):
    return reloaded(*(name for name in units if not (folder / "units" / name).read_text()))


def reloaded(*units):
    if not units:
        return 0
    release = current.resolve()
    if (release / "fails-to-start").exists():
        print(f"Job for {units[0]} failed.", file=sys.stderr)
        return 1
    dies = (folder / "dies").read_text() if (folder / "dies").exists() else None
    for name in units:
        (folder / "units" / name).write_text("" if name == dies else release.name)
    (folder / "dies").unlink(missing_ok=True)
    return 0


def stopped(*units):
    for name in units:
        (folder / "units" / name).write_text("")
    return 0


sys.exit(main(*sys.argv[1:]))
