"""`python -m bench`: measure all rows, or some, and write RESULTS.md."""

import argparse
import signal
import sys
from pathlib import Path

from bench import machine, report
from bench.ground import ground
from bench.plan import Plan
from bench.rows import ROWS

SMOKE_ROUNDS, LEAST_ROUNDS = 1, 5


def main(words: list[str] | None = None) -> int:
    """Return 0 when all rows could be measured, whatever they say."""
    asked = _asked(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else what was started would live on
    plan = Plan(rounds=SMOKE_ROUNDS if asked.smoke else asked.rounds, smoke=asked.smoke)
    rows = []
    with ground() as here:
        facts = machine.facts(here)
        for name in asked.only or ROWS:
            rows.append(ROWS[name](here, plan))
            print(report.summary(rows[-1]), flush=True)
    if asked.out is not None:
        asked.out.write_text(report.page(facts, rows, plan), encoding="utf-8")
        print(f"Written: {asked.out}")
    return 0


def _asked(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS)
    parser.add_argument("--only", type=_names, default=[], help="rows, separated by commas")
    parser.add_argument("--smoke", action="store_true", help="tiny numbers: does it work at all?")
    parser.add_argument("--out", type=Path, help="where to write the page")
    asked = parser.parse_args(words)
    if asked.rounds < LEAST_ROUNDS and not asked.smoke and asked.out is not None:
        parser.error(f"a page of results needs at least {LEAST_ROUNDS} rounds")
    return asked


def _names(text: str) -> list[str]:
    names = [name for name in text.split(",") if name]
    if unknown := set(names) - set(ROWS):
        raise argparse.ArgumentTypeError(f"no such row: {unknown}; there are {', '.join(ROWS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
