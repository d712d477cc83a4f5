"""Record what real OpenZFS answers to each command of the driver: `make recordings`.

Plays the stories in fresh guests, through the driver itself, and writes each command with its
answer to `tests/recordings/openzfs-<version>-lab`. What was there is replaced.
"""

import re
import shlex
import shutil
from collections import Counter

from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import CalypsoError
from tests.fakes.host import RECORDINGS
from tests.lab import cache
from tests.lab.guest import Guest
from tests.real.storage.story.datasets import DatasetStory
from tests.real.storage.story.disks import DiskStory
from tests.real.storage.story.faults import FaultStory
from tests.real.storage.story.keys import KeyStory
from tests.real.storage.story.pools import PoolStory
from tests.real.storage.story.work import WorkStory
from tests.unit.drivers.zfs.argv_document import PRODUCTS, form

STORIES = (DatasetStory, KeyStory, PoolStory, WorkStory, DiskStory, FaultStory)
KEPT = 3  # answers of one kind: form, exit code, states that are told; more prove no more
# What tells one state of a pool or a disk from another, in text and in JSON.
STATES = re.compile(
    r"(?m)^ *(?:scan|remove|expand|checkpoint): \w+(?: in progress)?|ZFS-8000-\w\w"
    r"|\b(?:DEGRADED|FAULTED|OFFLINE|REMOVED|UNAVAIL|AVAIL|INUSE|SUSPENDED|canceled|paused)\b"
    r"|% (?:trimmed|initialized), \w+"
    r"|\"protocol\": ?\"\w+|\"count\": ?\d+"  # of smartctl
    r"|\"(?:\w*state|function)\": ?\"\w+|\"(?:waiting_for_\w+|scrub_pause)\": ?[1-9]"
)

README = """\
# Recorded in the lab

Every file is one command of the driver and what the kernel module of OpenZFS {version} answered,
in the guest that `make vm-lab GUEST={suite}` builds ([docs/vm-lab.md](../../../docs/vm-lab.md)).
Nothing is composed. `make recordings GUEST={suite}` (`tests/real/storage/record.py`) replaces them
all. Of commands of the same form that ended with the same code, and told the same states, the first
{kept} are kept. Of a pipe each end is a file. After a status in JSON the same one as text follows.
"""


class RecordingHost:
    """Hands everything on to a guest's host, and keeps the commands and their answers."""

    def __init__(self, host, kept):
        self._host, self._kept = host, kept

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def run(self, argv, **options):
        ran = self._host.run(argv, **options)
        if self._kept.wants(ran):
            self._kept.add(ran)
            self._keep_as_text(ran.argv, options)
        return ran

    def stream(self, argv, **options):
        ran = self._host.stream(argv, **options)
        if self._kept.wants(ran):
            self._kept.add(ran)
        return ran

    def _keep_as_text(self, argv, options):
        """A status in JSON as text too: both are to be read as the same."""
        if "--json-int" in argv:
            names = argv[argv.index("--json-int") + 1 :]
            self._kept.add(self._host.run(["zpool", "status", "-ipt", *names], **options))

    def pipe(self, stages, **options):
        ends = self._host.pipe(stages, **options)
        for ran in ends:
            if self._kept.wants(ran):
                self._kept.add(ran)
        return ends


class Kept:
    """The files to be: what each is about, and its text."""

    def __init__(self):
        self.told = []
        self._kinds = Counter()

    def wants(self, ran):
        """Tell whether this is a command of a kind that was not kept often enough."""
        if ran.argv[0] not in PRODUCTS:
            return False
        kind = form(ran.argv), ran.code, *sorted(set(STATES.findall(ran.stdout)))
        self._kinds[kind] += 1
        return self._kinds[kind] <= KEPT

    def add(self, ran):
        self.told.append((_slug(form(ran.argv)), _text(ran)))

    def files(self, version):
        """Return name → text; a name is found in the recordings of one version alone."""
        lab = f"lab{''.join(version.split('.')[:2])}"
        return {f"{lab}-{at:03}-{slug}.txt": text for at, (slug, text) in enumerate(self.told, 1)}


def _slug(told):
    words = [word for word in re.findall(r"[\w,]+", told) if not re.fullmatch(r"[A-Z_]+", word)]
    return "-".join(words).replace(",", "-")[:50]


def _text(ran):
    return (
        f"$ {shlex.join(ran.argv)}\n[exit {ran.code}] [{ran.elapsed_s:.2f} s]\n"
        f"----- stdout\n{ran.stdout}----- stderr\n{ran.stderr}"
    )


def main():
    kept = Kept()
    for story in STORIES:
        version = _told(story, kept)
    folder = RECORDINGS / f"openzfs-{version.partition('-')[0]}-lab"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "README.md").write_text(
        README.format(version=version, kept=KEPT, suite=cache.suite())
    )
    for name, text in kept.files(version).items():
        (folder / name).write_text(text)
    print(f"{len(kept.told)} recordings in {folder}")


def _told(story, kept):
    """Tell a story in a guest of its own; return the version of its OpenZFS."""
    guest = Guest()
    try:
        story(guest, lambda host: RecordingHost(host, kept)).tell()
        return ZfsStorage(guest.host()).probe().version
    except CalypsoError as wrong:
        print(*kept.told[-1:], getattr(wrong, "original", ""))
        raise
    finally:
        guest.power_off()


if __name__ == "__main__":
    main()
