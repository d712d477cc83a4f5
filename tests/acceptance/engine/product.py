"""A product that works by itself: asked by a file, it keeps a ledger and answers by name.

It knows nothing of workers, and nothing of what they start is its parent.
"""

import subprocess
import sys
import time
from pathlib import Path

WORK = """
echo "start $1" >> ledger
echo $$ > "$1.new"; mv "$1.new" "$1.pid"
sleep "$2" || exit
echo "end $1" >> ledger; touch "$1.done"
"""


def main(folder: Path) -> None:
    taken: set[Path] = set()
    at_it: list[subprocess.Popen[bytes]] = []
    while True:
        for asked in set(folder.glob("*.asked")) - taken:
            taken.add(asked)
            argv = ["sh", "-c", WORK, "product", asked.stem, asked.read_text().strip()]
            at_it.append(subprocess.Popen(argv, cwd=folder, start_new_session=True))
        at_it = [one for one in at_it if one.poll() is None]
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
