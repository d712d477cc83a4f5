"""`python -m calypso.keeper PROGRAM…`, what `calypso keep` turns into."""

import argparse
import os
import socket
import sys
from pathlib import Path

from calypso.host.daemon import tell
from calypso.keeper import control, systemd
from calypso.keeper.handover import VARIABLE, Handover
from calypso.keeper.keeper import Keeper

FITS = "calypso keeper 1"  # who says so can take over from one that says the same
CHECK_S = 120.0
START_S = 300.0  # an emulated machine imports for a minute


def main() -> int:
    """Keep a program, or ask a keeper for something; returns the exit code."""
    asked = _parser().parse_args()
    if asked.check:
        print(FITS)  # noqa: T201 - the answer
        return 0
    if asked.reload is not None:
        return _ask_for_reload(asked.reload, asked.start_s)
    return Keeper(
        [sys.executable, "-m", "calypso", *asked.program],
        _left(asked.listen),
        start_s=asked.start_s,
        takes_over=_takes_over,
        say=_say,
    ).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="calypso keep")
    parser.add_argument("program", nargs="*", help="api, scheduler, or worker SUBSYSTEM")
    parser.add_argument("--reload", type=int, metavar="PID", help="have a keeper change releases")
    parser.add_argument("--listen", metavar="HOST:PORT", help="where no socket is passed")
    parser.add_argument("--start-s", type=float, default=START_S, help="till it must be ready")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    return parser


def _left(listen: str | None) -> Handover:
    """Return what the keeper before left, or what one begins with."""
    if (text := os.environ.pop(VARIABLE, None)) is not None:
        return Handover.unpacked(text)
    sockets = systemd.sockets() or ([_bound(listen)] if listen else [])
    return Handover([], sockets, control.listen())


def _bound(listen: str) -> int:
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=2048)
    return bound.detach()


def _takes_over(left: Handover) -> str:
    """Become the keeper of the current release, in this process; returns only why not."""
    release = _current()
    if release is None:
        return f"no link named current stands beside {sys.prefix}"
    python = release / "venv/bin/python"
    told = tell([python, "-m", "calypso.keeper", "--check"], env=systemd.environment(),
                timeout_s=CHECK_S)  # fmt: skip
    if told.stdout.strip() != FITS:
        return f"{release.name} cannot take over: {told.stderr.strip()[-500:] or told.stdout}"
    _say(f"turning into the keeper of {release.name}")
    argv = [str(python), "-m", "calypso.keeper", *sys.argv[1:]]
    try:
        os.execve(python, argv, {**os.environ, VARIABLE: left.packed()})  # noqa: S606 - ourselves, no shell
    except OSError as failed:
        return f"{python} cannot be started: {failed}"


def _current() -> Path | None:
    """Return the folder of the release in use, by the link beside our own; None in a checkout."""
    link = Path(sys.prefix).resolve().parent.parent.parent / "current"
    return link.resolve() if link.is_symlink() else None


def _ask_for_reload(pid: int, start_s: float) -> int:
    try:
        version = control.reload(pid, timeout_s=CHECK_S + start_s + 60)
    except control.Refused as why:
        _say(str(why))
        return 1
    _say(f"{version} serves")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"calypso keep: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
