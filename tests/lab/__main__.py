"""`python -m tests.lab build`, or `run PROGRAM …` in a fresh guest (`make vm-lab`)."""

import sys

from tests.lab import cache
from tests.lab.guest import Guest


def main(verb, *words):
    if verb == "build":
        cache.build()
        print(f"The lab of {cache.suite()} is in {cache.folder()}.")
        return 0
    guest = Guest()
    try:
        return guest.host().stream(words, timeout_s=3600, on_line=print).code
    finally:
        guest.power_off()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
