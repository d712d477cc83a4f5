"""The end of a pipe that is many tape files: `python -I -S -B parts.py VERB ORDERS …`.

    write ORDERS BLOCK_BYTES WRITTEN   stdin → tape files, each as it is ordered
    read  ORDERS                       tape files, or pieces of them → stdout
    scan  ORDERS                       tape files → what is in them

ORDERS is a named pipe; each line in it names a file of JSON. WRITTEN is such a file: bytes and
SHA-256 of the parts that earlier runs have written, which are passed over. Between two orders no
tape is open, so that who gives them can move cartridges. It may be killed at any point; on SIGTERM
it finishes the block, writes the file mark and ends. `write` and `scan` tell `entry JSON` and
`part JSON` on stdout, `read` on stderr; else it speaks as `program.py` does.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    # The packages above bring in the protocol and with it pydantic, not in reach under -S.
    path, names = Path(__file__).parent, ["calypso", "drivers", "tape", "ends"]
    while names:
        package = ModuleType(".".join(names))
        package.__path__ = [str(path)]
        sys.modules[package.__name__] = package
        path, names = path.parent, names[:-1]

from calypso.drivers.tape.ends.cutting import Writing
from calypso.drivers.tape.ends.joining import Reading
from calypso.drivers.tape.ends.orders import Orders
from calypso.drivers.tape.ends.program import widen
from calypso.drivers.tape.ends.saying import Moved, Refusal, kind_of, say


def _write(orders: str, block_bytes: str, written: str) -> None:
    widen(0)
    writing = Writing(Orders(orders))
    writing.skip(json.loads(Path(written).read_text(encoding="utf-8")))
    writing.run(int(block_bytes))


def _read(orders: str) -> None:
    widen(1)
    Reading(Orders(orders), 1).run()


def _scan(orders: str) -> None:
    Reading(Orders(orders), None).run()


VERBS: dict[str, Callable[..., None]] = {
    "write": _write,
    "read": _read,
    "scan": _scan,
}


def main(argv: Sequence[str]) -> int:
    """Do as told; 0, or 1 with the reason as the last line on stderr."""
    nothing = Moved().told()
    try:
        VERBS[argv[0]](*argv[1:])
    except Refusal as refused:
        say("error", refused.kind, str(refused), nothing)
    except OSError as failed:
        say("error", kind_of(failed), str(failed.strerror), nothing)
    else:
        say("end", nothing)
        return 0
    finally:
        with suppress(BrokenPipeError):
            sys.stdout.flush()
    return 1


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # nothing is left to do, and a closed pipe must not print more
