"""Another machine, reached with the system's ssh: its host key is pinned, its shell is a POSIX one.

Programs over there are not children of this process. When their ssh ends they lose their input and
output, and end by that; who needs them gone asks for what they held.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from calypso.errors import CommandFailed, CommandMissing
from calypso.host import Argv, Host, OnBeat, OnLine, OnStageLine, Ran
from calypso.host.ssh_errors import read as read_failure

ALIAS = "peer"  # the name in the file with the pinned key, whatever the host is called
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FILE_TIMEOUT_S = 60.0
MISSING_CODE = 127  # as env says that a program is not there


@dataclass(frozen=True)
class Peer:
    """A machine, who logs in there, and the files that open it and prove it; see `prepare`."""

    host: str
    user: str
    port: int
    host_key: str
    folder: Path
    alive_s: int = (
        15  # asked this often whether it is there; four times without an answer is enough
    )

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def argv(self) -> list[str]:
        """The ssh that logs in there; a command for its shell follows."""
        options = {
            "UserKnownHostsFile": str(self.folder / "known_hosts"),
            "GlobalKnownHostsFile": "/dev/null",
            "HostKeyAlias": ALIAS,
            "StrictHostKeyChecking": "yes",
            "UpdateHostKeys": "no",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "BatchMode": "yes",
            "ClearAllForwardings": "yes",
            "ControlPath": "none",
            "ConnectTimeout": "20",
            "ServerAliveInterval": str(self.alive_s),
            "ServerAliveCountMax": "4",
        }
        told = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        key = ["-i", str(self.folder / "identity")]
        return [*("ssh", "-F", "none", "-T"), *key, *told, *self._destination]

    @property
    def _destination(self) -> list[str]:
        return ["-p", str(self.port), "-l", self.user, "--", self.host]


def prepare(folder: Path, *, host: str, user: str, port: int, key: str, host_key: str) -> Peer:
    """Write the files ssh wants into a private folder; `key` is the text of a private key."""
    for name, text in (("identity", key), ("known_hosts", f"{ALIAS} {host_key}")):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(f"{text.rstrip()}\n", encoding="utf-8")
    return Peer(host, user, port, host_key, folder)


class SshHost:
    """Satisfies `Host` over `near`, the machine ssh is started on."""

    def __init__(self, near: Host, peer: Peer) -> None:
        self.near, self.peer = near, peer

    def reach(self, argv: Argv, env: Mapping[str, str] | None = None) -> list[str]:
        """Return what to run on the near machine, so that `argv` runs on this one."""
        told = {"PATH": PATH, "LC_ALL": "C", **(env or {})}
        words = ["env", *(f"{key}={value}" for key, value in told.items()), *argv]
        return [*self.peer.argv, shlex.join(words)]

    # -- programs

    def run(
        self,
        argv: Argv,
        *,
        timeout_s: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a program to its end; see `Host.run`. SshError when ssh itself failed."""
        ran = self.near.run(self.reach(argv, env), timeout_s=timeout_s, stdin=stdin)
        return self._told(argv, ran)

    def stream(
        self,
        argv: Argv,
        *,
        timeout_s: float,
        on_line: OnLine,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a program and hand its lines on as they come; see `Host.stream`."""
        ran = self.near.stream(self.reach(argv, env), timeout_s=timeout_s, on_line=on_line)
        return self._told(argv, ran)

    def pipe(
        self,
        stages: Sequence[Argv],
        *,
        timeout_s: float,
        on_line: OnStageLine | None = None,
        on_beat: OnBeat | None = None,
        env: Mapping[str, str] | None = None,
    ) -> tuple[Ran, ...]:
        """Run programs as a pipe; see `Host.pipe`. All that flows passes the near machine."""
        ssh = [self.reach(argv, env) for argv in stages]
        ran = self.near.pipe(ssh, timeout_s=timeout_s, on_line=on_line, on_beat=on_beat)
        return tuple(self._told(argv, one) for argv, one in zip(stages, ran, strict=True))

    def which(self, program: str) -> str | None:
        """Return the path of a program there, or None."""
        ran = self._shell('command -v -- "$1"', program)
        return ran.stdout.strip() or None

    def _told(self, argv: Argv, ran: Ran) -> Ran:
        refuse_failed(self, ran)
        if ran.code == MISSING_CODE and "No such file or directory" in ran.stderr:
            message = f"{argv[0]} is not installed on {self.peer.host}."
            raise CommandMissing(message, original=ran.stderr)
        return Ran(tuple(argv), ran.code, ran.stdout, ran.stderr, ran.elapsed_s)

    # -- files

    def exists(self, path: Path | str) -> bool:
        """Tell whether there is anything at `path`."""
        return self._shell('test -e "$1" || test -L "$1"', str(path)).ok

    def read_text(self, path: Path | str) -> str:
        """Return a file's text; FileNotFoundError as usual."""
        ran = self._shell('cat < "$1"', str(path))
        if not ran.ok and not self.exists(path):
            raise FileNotFoundError(f"{self.peer.host}:{path}")
        return self._done(ran).stdout

    def write_text(self, path: Path | str, text: str, *, mode: int = 0o644) -> None:
        """Replace a file's text atomically: written aside, flushed, renamed."""
        script = (
            'aside=$(mktemp "$1.XXXXXXXX") && cat > "$aside" && chmod "$2" "$aside" '
            '&& sync "$aside" && mv -f "$aside" "$1"'
        )
        self._done(self._shell(script, str(path), f"{mode:o}", stdin=text))

    def _shell(self, script: str, *words: str, stdin: str | None = None) -> Ran:
        argv = ["sh", "-c", script, "sh", *words]
        return self.run(argv, timeout_s=FILE_TIMEOUT_S, stdin=stdin)

    def _done(self, ran: Ran) -> Ran:
        if not ran.ok:
            raise CommandFailed(f"{self.peer.host}: {ran.complaint}", original=ran.stderr)
        return ran


# ---- one end here, one end there


def near(*hosts: Host) -> Host:
    """Return the machine on which a pipe between these is put together."""
    first = hosts[0]
    return first.near if isinstance(first, SshHost) else first


def reach(host: Host, argv: Argv, env: Mapping[str, str] | None = None) -> Argv:
    """Return what to run on the near machine, so that `argv` runs on `host`."""
    return host.reach(argv, env) if isinstance(host, SshHost) else argv


def is_far(host: Host) -> bool:
    """Tell whether a machine is reached over a network."""
    return isinstance(host, SshHost)


def refuse_failed(host: Host, ran: Ran) -> None:
    """Raise what ssh itself said when it did not reach `host`, or lost it."""
    if not isinstance(host, SshHost):
        return
    if (failure := read_failure(ran, who=str(host.peer), host_key=host.peer.host_key)) is not None:
        raise failure
