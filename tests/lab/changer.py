"""A real SCSI changer with two drives in a guest: tgt's virtual tape, reached over iSCSI.

The kernel there has /dev/sg*, /dev/sch0 and /dev/nst* as of any library; mtx and mt speak to it.
tgt has no ERASE, LOG SENSE, READ POSITION or attributes, and lets a cartridge that is written once
be written over. It cuts the last drive off when it lists their serial numbers, so a third one
stands behind the two that is nobody's.
"""

from itertools import starmap

from calypso.drivers.tape import ElementKind
from calypso.drivers.tape.changer import reading

LIBRARY = "LIB0000001"
DRIVES = ("DRIVE00001", "DRIVE00002")
HOME, BLANKS = "/tmp/vtl", "/tmp/vtl-blank"
SLOTS, IE_SLOTS = 8, 2
FIRST_SLOT, FIRST_IE = 4096, 16  # element addresses
TARGET = "iqn.2026-01.test.lab:vtl"
UPDATE = "tgtadm --lld iscsi --mode logicalunit --op update --tid 1"
SET_UP_S = 300

SET_UP = f"""
set -e
mkdir -p {HOME} {BLANKS}
(setsid tgtd -f >/tmp/tgtd.log 2>&1 &)
until tgtadm --lld iscsi --mode target --op show >/dev/null 2>&1; do sleep 0.1; done
tgtadm --lld iscsi --mode target --op new --tid 1 -T {TARGET}
for n in 1 2; do
    tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun $n --device-type tape --bstype ssc
    {UPDATE} --lun $n --params \
vendor_id=IBM,product_id=ULT3580-TD5,product_rev=VM01,scsi_sn=DRIVE0000$n,removable=1,online=0
done
truncate -s 1M {HOME}/smc
tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun 3 --device-type changer -b {HOME}/smc
for params in vendor_id=STK,product_id=L20,product_rev=VM01,scsi_sn={LIBRARY},removable=1 \
    media_home={HOME} \
    element_type=4,start_address=256,quantity=3 \
    element_type=4,address=256,tid=1,lun=1 element_type=4,address=257,tid=1,lun=2 \
    element_type=2,start_address={FIRST_SLOT},quantity={SLOTS} \
    element_type=3,start_address={FIRST_IE},quantity={IE_SLOTS}; do
    {UPDATE} --lun 3 --params $params
done
"""
LOG_IN = f"""
set -e
tgtadm --lld iscsi --mode target --op bind --tid 1 -I ALL
iscsid
until iscsiadm -m discovery -t sendtargets -p 127.0.0.1; do sleep 0.2; done
iscsiadm -m node -T {TARGET} -p 127.0.0.1 --login
udevadm settle
"""


class LabChanger:
    """That library in one guest, empty at first: `hold` says what is in it, `put` adds to that.

    `is_tidy` is False after it could not be brought to hold what it should.
    """

    def __init__(self, guest):
        self.guest, self._host = guest, guest.host()
        self._held = {}  # by barcode: its slot, kind and MiB
        self._is_up = self.is_tidy = False

    def hold(self, cartridges):
        """Have these, `{barcode: (kind, MiB)}`, in the first slots, all blank, and no others."""
        self.is_tidy = False
        self._set_up()
        wanted = {one: (at, *cartridges[one]) for at, one in enumerate(cartridges, start=1)}
        there = {one: self._held[one] for one in self._bring_home()}
        gone = [clear(held[0]) for one, held in there.items() if wanted.get(one) != held]
        came = [put(one, at) for one, (at, *_) in wanted.items() if wanted[one] != there.get(one)]
        self._sh("\n".join(["set -e", *gone, *starmap(blank, wanted.items()), *came]))
        self._held, self.is_tidy = wanted, True

    def put(self, barcode, kind, size_mib):
        """Add a blank cartridge, in the first slot that is nobody's."""
        taken = [at for at, *_ in self._held.values()]
        at = next(one for one in range(1, SLOTS + 1) if one not in taken)
        self._held[barcode] = (at, kind, size_mib)
        self._sh(f"set -e\n{blank(barcode, self._held[barcode])}\n{put(barcode, at)}")

    def take_out(self, ie_slot):
        """Carry away what is in an import/export slot, if anything is."""
        self._sh(clear(ie_slot))

    def home(self, barcode):
        """Return the slot that a cartridge belongs in."""
        return self._held[barcode][0]

    def wipe(self, barcode):
        """Have a cartridge, which must be in a slot, hold nothing."""
        self._sh(f"set -e\n{blank(barcode, self._held[barcode])}")

    def written(self):
        """Return the cartridges that are not as blank ones are."""
        return [one for one, held in self._held.items() if not self._is_blank(one, held)]

    def _is_blank(self, barcode, held):
        same = ("cmp", "-s", new(barcode, held), f"{HOME}/{barcode}")
        return self._host.run(same, timeout_s=SET_UP_S).ok

    def medium(self, barcode):
        """Return the file that tgt keeps a cartridge in, as a path of the guest."""
        return self.guest.path(f"{HOME}/{barcode}")

    def _set_up(self):
        if not self._is_up:
            self._sh(SET_UP + LOG_IN)
        self._is_up = True

    def _bring_home(self):
        """Move every cartridge to its slot; returns which there are."""
        sg = self._changer()
        found = reading.elements(self._sh(f"mtx -f {sg} status"))
        homes = {barcode: held[0] for barcode, held in self._held.items()}
        moves = [f"mtx -f {sg} {move}" for move in homeward(found, homes)]
        if moves:
            self._sh("\n".join(["set -e", *moves]))
        return [one.barcode for one in found if one.barcode]

    def _changer(self):
        found = self._sh("grep -l ^8 /sys/class/scsi_generic/*/device/type")
        return f"/dev/{found.split('/')[4]}"

    def _sh(self, script):
        ran = self._host.run(("sh", "-c", script), timeout_s=SET_UP_S)
        assert ran.ok, f"{ran.stdout}\n{ran.stderr}"
        return ran.stdout


def new(barcode, held):
    """Return the file that a cartridge's begins as."""
    _, kind, size_mib = held
    return f"{BLANKS}/{barcode}.{kind}.{size_mib}"


def blank(barcode, held):
    """Return the lines that make a cartridge's file what it is when nothing was ever written."""
    _, kind, size_mib = held
    begin, now = new(barcode, held), f"{HOME}/{barcode}"
    make = f"tgtimg --op new --device-type tape --barcode {barcode} --size {size_mib} --type {kind}"
    return f"test -e {begin} || {make} --file {begin}\ncmp -s {begin} {now} || cp {begin} {now}"


def put(barcode, slot):
    """Return the line that puts a cartridge into a slot."""
    return f"{UPDATE} --lun 3 --params {element(slot)},barcode={barcode},sides=1"


def clear(slot):
    """Return the line that takes one out."""
    return f"{UPDATE} --lun 3 --params {element(slot)},clear_slot=1"


def element(slot):
    """Say in tgt's words which slot it is that mtx numbers like this."""
    if slot <= SLOTS:
        return f"element_type=2,address={FIRST_SLOT + slot - 1}"
    return f"element_type=3,address={FIRST_IE + slot - SLOTS - 1}"


def homeward(elements, homes):
    """Yield the moves that bring every cartridge to its slot, out of each other's way."""
    at = {(one.kind is ElementKind.DRIVE, one.number): one for one in elements}
    where = {place: one.barcode for place, one in at.items() if one.is_full and one.barcode}
    wrong = {place: one for place, one in where.items() if place != (False, homes[one])}
    while wrong:
        free = [place for place in at if not place[0] and place not in where]
        ready = {place: (False, homes[one]) for place, one in wrong.items()}
        place = next((one for one, home in ready.items() if home in free), next(iter(wrong)))
        target = ready[place] if ready[place] in free else free[0]
        verb = f"unload {target[1]} {place[1]}" if place[0] else f"transfer {place[1]} {target[1]}"
        yield verb
        where[target], barcode = where.pop(place), wrong.pop(place)
        if target != ready[place]:
            wrong[target] = barcode
