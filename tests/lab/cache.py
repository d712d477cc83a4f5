"""Where the lab is kept, and how it gets there: built once for each recipe, whole or not at all.

Two things are kept, each under its suite of Debian and a hash of what it is made from: the image
(minutes; Debian and the kernel modules) and the state (half a minute; a machine started from it,
saved while it waits).
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.lab import machine

HERE = Path(__file__).parent
IMAGE_FROM = (HERE / "image.sh", HERE / "guest" / "first")
STATE_FROM = (HERE / "machine.py", HERE / "guest" / "init", HERE / "guest" / "boot.py")
SUITES = ("bookworm", "trixie")  # OpenZFS 2.1 and 2.3; the first is what is meant by saying nothing
PROGRAMS = ("qemu-system-x86_64", "qemu-img", "setpriv")


def folder():
    """Return where the labs of all checkouts are kept."""
    return Path(os.environ.get("CALYPSO_LAB_DIR") or "/var/cache/calypso-lab")


def suite():
    """Return the suite of Debian that the guest is: one of SUITES."""
    asked = os.environ.get("CALYPSO_LAB_GUEST") or SUITES[0]
    if asked not in SUITES:
        raise ValueError(f"CALYPSO_LAB_GUEST={asked}: the lab has {' and '.join(SUITES)}")
    return asked


def image():
    return folder() / f"image-{suite()}-{digest(IMAGE_FROM)}"


@cache
def state():
    emulator = subprocess.run(
        ["qemu-system-x86_64", "--version"], check=True, capture_output=True
    ).stdout
    return folder() / f"state-{suite()}-{digest((*IMAGE_FROM, *STATE_FROM), emulator)}"


def digest(files, more=b""):
    parts = [path.read_bytes() for path in files]
    return hashlib.sha256(b"\0".join([*parts, more])).hexdigest()[:16]


def why_missing():
    """Return why there is no lab to use, or None."""
    if os.environ.get("CALYPSO_TEST_LAB") == "off":
        return "left to `make vm-suite`"
    for program in PROGRAMS:
        if shutil.which(program) is None:
            return f"{program} is not installed; run `make vm-lab` as root"
    if not state().is_dir():
        return f"not built; run `make vm-lab GUEST={suite()}` as root"
    return None


def install(aside):
    """Make the image, which takes minutes."""
    subprocess.run(["bash", str(HERE / "image.sh"), suite(), str(aside)], check=True)


def save(aside):
    """Make the state from the image."""
    shutil.copy(image() / "vmlinuz", aside)
    pack = f"cd '{HERE}' && find guest | cpio --quiet -o -H newc | gzip"
    archive = subprocess.run(["sh", "-c", pack], check=True, stdout=subprocess.PIPE).stdout
    (aside / "initrd").write_bytes((image() / "initrd").read_bytes() + archive)
    machine.save(image(), aside)


def build(steps=(install, save)):
    """Build what is missing; a second one at the same time waits for the first."""
    with locked():
        for place, step in zip((image(), state()), steps, strict=True):
            if not place.is_dir():
                make(place, step)


@contextmanager
def locked():
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make(place, step):
    """Have a folder filled aside, and give it its name when it is whole."""
    aside = place.with_name(f"{place.name}.part")
    shutil.rmtree(aside, ignore_errors=True)  # of somebody who was interrupted
    aside.mkdir()
    step(aside)
    aside.rename(place)
