"""The program behind the driver: `python -I -S stream.py VERB ARGUMENT…`.

Standard library only, so that it starts in a few hundredths of a second; it may be killed at any
point. Answers with JSON on stdout, says progress, notes and its last error on stderr.
"""

import fcntl
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    # The packages above bring in the driver and with it pydantic, which is not in reach under -S.
    folder, names = Path(__file__).parent, ["calypso", "drivers", "storage", "directory"]
    while names:
        package = ModuleType(".".join(names))
        package.__path__ = [str(folder)]
        sys.modules[package.__name__] = package
        folder, names = folder.parent, names[:-1]

from calypso.drivers.storage.directory.trees import (
    access,
    build,
    incoming,
    outgoing,
    passing,
    rest,
)
from calypso.drivers.storage.directory.trees.report import (
    EVERY_S,
    Refusal,
    kind_of,
    say,
)


def _take(source: str, to: str, name: str) -> object:
    return rest.take(Path(source), Path(to), name)


def _restore(source: str, to: str) -> object:
    return rest.bring_back(Path(source), Path(to))


def _checksum(tree: str, manifest: str = "") -> object:
    return rest.checksum(Path(tree), _optional(manifest))


def _usage(dataset: str) -> object:
    return rest.usage(Path(dataset))


def _scrub(root: str, name: str, pause: str) -> object:
    return rest.scrub(Path(root), name, Path(pause))


def _send(name: str, source: str, base: str = "") -> object:
    outgoing.send(name, Path(source), _optional(base), sys.stdout.buffer)
    return None


def _receive(staging: str, base: str = "") -> object:
    return incoming.receive(Path(staging), _optional(base), sys.stdin.buffer)


def _pass(rate_bytes_per_s: str = "") -> object:
    rate = int(rate_bytes_per_s) if rate_bytes_per_s else None
    with os.fdopen(0, "rb") as source, os.fdopen(1, "wb", closefd=False) as to:
        passing.pass_on(source, to, rate)
    return None


def _remove(*paths: str) -> object:
    for path in paths:
        build.remove(Path(path))
    return {"removed": len(paths)}


def _access(root: str, folder: str, how: str, wanted: str) -> object:
    told = json.loads(wanted)
    return {"files": access.change(Path(root), folder, told, recursive=how == "recursive")}


def _follow(lock: str, told: str) -> object:
    """Say what stands in a file until nobody holds the lock any more."""
    with Path(lock).open("rb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                say("scan", Path(told).read_text(encoding="utf-8"))
                time.sleep(EVERY_S)
            else:
                return None


def _allow_depth() -> None:
    """Let trees be as deep as paths can be long; removing one opens and enters each level."""
    sys.setrecursionlimit(10_000)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _optional(path: str) -> Path | None:
    return Path(path) if path else None


VERBS: dict[str, Callable[..., object]] = {
    "take": _take,
    "restore": _restore,
    "checksum": _checksum,
    "usage": _usage,
    "scrub": _scrub,
    "send": _send,
    "receive": _receive,
    "pass": _pass,
    "remove": _remove,
    "access": _access,
    "follow": _follow,
}


def main(argv: Sequence[str]) -> int:
    """Do one thing; 0, or 1 with `error<TAB>kind<TAB>text` as the last line on stderr."""
    _allow_depth()
    try:
        answer = VERBS[argv[0]](*argv[1:])
        if answer is not None:
            sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except Refusal as refused:
        say("error", refused.kind, str(refused))
    except OSError as failed:
        place = f": {os.fsdecode(failed.filename)}" if failed.filename else ""
        say("error", kind_of(failed), f"{failed.strerror}{place}")
    else:
        return 0
    return 1


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # nothing is left to do, and a closed pipe must not print more
