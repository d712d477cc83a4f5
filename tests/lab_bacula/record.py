"""Records what a real director says, packet by packet: `python -m tests.lab_bacula.record`.

A line of a recording is `> 'what we sent'`, `< 'a packet'` or `< SIGNAL`; as Python writes them.
"""

import sys
import tempfile
import time
from pathlib import Path

from calypso.drivers.backup.bacula.session import session
from calypso.drivers.backup.bacula.wire import Signal
from calypso.embedded.postgres import EmbeddedPostgres
from tests.contract.backup.conftest import opened
from tests.lab_bacula.fixtures import make_tree
from tests.lab_bacula.lab import BaculaLab

RECORDINGS = Path(__file__).parent.parent / "recordings"
_ENDS = (Signal.MAIN_PROMPT, Signal.EOD, Signal.EOD_POLL)
LONG_ENOUGH_S = 3  # for a run to have begun

TALKS = {
    "lists": [".jobs", ".clients", ".pools", ".storage", ".filesets", '.defaults job="Home"',
              '.defaults client="lab-fd"', '.defaults pool="DiskPool"', '.defaults storage="Disk"',
              "version", "bogus"],
    "questions": ["run job=NoSuch yes", 'run job="Home"', "status client=nosuch"],
    "no-such": ["estimate job=NoSuch", "cancel jobid=999 yes", 'purge volume="none"',
                'delete volume="none" yes', "restore jobid=9999 client=lab-fd all done yes",
                "llist jobid=9999", "list joblog jobid=9999"],
    "label": ['label storage="Disk" volume="Hand" pool="ByHand" slot=0 drive=0',
              'label storage="Disk" volume="Hand" pool="ByHand" slot=0 drive=0'],
    "label-away": ['label storage="Away" volume="Hand2" pool="ByHand" slot=0 drive=0'],
    "start": ['run job="Slow" level=Full comment="calypso:token" yes', "PAUSE", ".api 2",
              ".status dir running", '.status client="lab-fd" running',
              '.status storage="Disk" running', ".status dir header"],
    "ended": ["ENDED", "llist jobs", "llist jobid=1", "list joblog jobid=1",
              "llist jobmedia jobid=1", "llist volumes", "llist clients", ".bvfs_update jobid=1",
              '.bvfs_lsdirs jobid=1 path="/"', '.bvfs_lsdirs jobid=1 path="{data}/"',
              '.bvfs_lsfiles jobid=1 path="{data}/"', ".bvfs_get_jobids jobid=1"],
    "volumes": ['prune volume="Hand" yes', 'purge volume="Hand"',
                'truncate volume="Hand" storage="Disk" drive=0 yes', 'delete volume="Hand" yes'],
    "changer": ['update slots storage="Library" drive=0'],
    "changer-label": ['label barcodes storage="Library" pool="TapePool" slots=1,2 drive=0 yes'],
    "client-away": ['estimate job="ClientAway"'],
    "status-away": [".api 2", '.status client="away-fd" running'],
}  # fmt: skip


def record(lab, backup, name, commands):
    """Write one talk; returns its file."""
    lines = []
    with session(backup._director) as talk:
        lines += exchanged(talk._wire, ".api 1")
        for command in commands:
            if command == "PAUSE":
                time.sleep(LONG_ENOUGH_S)
            elif command == "ENDED":
                while not backup.run(1).state.is_over:
                    time.sleep(1)
            else:
                lines += exchanged(talk._wire, command.format(data=lab.data))
    folder = RECORDINGS / f"bacula-{backup.probe().version}-console"
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines).replace(str(lab.folder), "/lab") + "\n"
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder / f"{name}.txt"


def exchanged(wire, command):
    """Give a command, cancel its questions but one, and return the lines."""
    wire.allow(60)
    lines = [f"> {command.encode()!r}"]
    wire.send(command.encode())
    while (got := wire.receive()) not in _ENDS:
        if isinstance(got, bytes):
            lines.append(f"< {got!r}")
            continue
        lines.append(f"< {Signal(got).name}")
        if got == Signal.TEXT_INPUT:
            prompt = wire.receive()
            reply = b"yes" if b"label these" in prompt else b"."
            lines += [f"< {prompt!r}", f"> {reply!r}"]
            wire.send(reply)
    return [*lines, f"< {Signal(got).name}"]


def main():
    with tempfile.TemporaryDirectory(prefix="calypso-record-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        server = EmbeddedPostgres(place / "postgres", logs=place / "logs")
        lab = BaculaLab(place / "bacula", server.start())
        make_tree(lab.data)
        lab.start()
        for name, commands in TALKS.items():
            sys.stdout.write(f"{record(lab, opened(lab), name, commands)}\n")
        lab.stop()
        server.stop()


if __name__ == "__main__":
    main()
