"""Record what a real changer answers to each command of the driver: `make tape-recordings`.

Tells the stories of `tests/unit/drivers/changer/stories.py` to a library in a fresh guest, and
writes each to `tests/recordings/mtx-<version>-lab`. What was there is replaced.
"""

import shutil
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path

from calypso.drivers.tape.changer import ChangerTape
from tests.fakes.host import RECORDINGS
from tests.fakes.replaying import BETWEEN, RecordingHost
from tests.lab import inside
from tests.lab.changer import TARGET, LabChanger
from tests.lab.guest import Guest
from tests.unit.drivers.changer import stories

CARTRIDGES = {
    "A00001L5": ("data", 4),
    "A00002L5": ("data", 4),
    "A00003L5": ("data", 4),
    "CLN001L5": ("clean", 1),
    "W00001LT": ("worm", 4),
}
README = """\
# Recorded in the lab

Every file is one story of `tests/unit/drivers/changer/stories.py`: each command of the driver, in
order, with what mtx {version}, mt-st, sg3-utils and the kernel answered on tgt's changer, in the
guest that `make vm-lab` builds ([docs/vm-lab.md](../../../docs/vm-lab.md)). Nothing is composed.
`make tape-recordings` replaces them all. Of a pipe each stage is one recording.
"""


@contextmanager
def in_use(guest, tape):
    """The first drive holds a cartridge and is open."""
    tape.load(stories.LIBRARY, 1, stories.ONE)
    device = guest.path(tape.drive(stories.ONE).device)
    with guest.entered(inside.opened, device):
        yield
    tape.unload(stories.LIBRARY, stories.ONE, 1)


@contextmanager
def detached(guest):
    """Nothing is attached."""
    log_out = ("iscsiadm", "-m", "node", "-T", TARGET, "-p", "127.0.0.1", "--logout")
    assert guest.host().run(log_out, timeout_s=60).ok
    yield


def tell(guest, state):
    """Tell every story; yields its name and its text."""
    tape = ChangerTape(guest.host(), state)
    around = {"busy": lambda: in_use(guest, tape), "gone": lambda: detached(guest)}
    for story in stories.STORIES:
        host = RecordingHost(guest.host())
        with around.get(story.__name__, nullcontext)():
            try:
                story(stories.Told(host, state))
            except BaseException:
                print(*host.kept[-4:], sep=BETWEEN)
                raise
        print(f"{story.__name__}: {len(host.kept)} commands", flush=True)
        yield story.__name__, BETWEEN.join(host.kept)


def main():
    guest = Guest()
    try:
        LabChanger(guest).hold(CARTRIDGES)
        with tempfile.TemporaryDirectory() as state:
            version = ChangerTape(guest.host(), Path(state)).probe().version.split()[-1]
            folder = RECORDINGS / f"mtx-{version}-lab"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "README.md").write_text(README.format(version=version))
            for name, text in tell(guest, Path(state)):
                (folder / f"{name}.txt").write_text(text)
    finally:
        guest.power_off()


if __name__ == "__main__":
    main()
