"""A real SCSI changer with two drives in a guest: tgt's virtual tape, reached over iSCSI.

The kernel there has /dev/sg*, /dev/sch0 and /dev/nst* as of any library; mtx and mt speak to it.
tgt has no ERASE, LOG SENSE, READ POSITION or attributes, and lets a cartridge that is written once
be written over. It cuts the last drive off when it lists their serial numbers, so a third one
stands behind the two that is nobody's.
"""

from calypso.drivers.tape import ElementKind
from calypso.drivers.tape.changer import reading

LIBRARY = "LIB0000001"
DRIVES = ("DRIVE00001", "DRIVE00002")
HOME = "/tmp/vtl"
TARGET = "iqn.2026-01.test.lab:vtl"
UPDATE = "tgtadm --lld iscsi --mode logicalunit --op update --tid 1"
SET_UP_S = 300
LOAD_S = 60

SET_UP = f"""
set -e
mkdir -p {HOME}
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
    element_type=2,start_address=4096,quantity=8 element_type=3,start_address=16,quantity=2; do
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
    """That library, with cartridges `{barcode: (kind, MiB)}` in its first slots."""

    def __init__(self, guest, cartridges):
        self._host, self._cartridges = guest.host(), cartridges
        put = [
            f"{UPDATE} --lun 3 --params "
            f"element_type=2,address={4096 + at},barcode={barcode},sides=1"
            for at, barcode in enumerate(cartridges)
        ]
        self._sh("\n".join([SET_UP, self._blank(), *put, LOG_IN]))

    def reset(self):
        """Put every cartridge back, blank."""
        sg, homes = self._changer(), list(self._cartridges)
        found = reading.elements(self._sh(f"mtx -f {sg} status"))
        moves = [f"mtx -f {sg} {move}" for move in homeward(found, homes)]
        self._sh("\n".join(["set -e", *moves, self._blank()]))

    def _blank(self):
        return "\n".join(
            f"rm -f {HOME}/{barcode}\n"
            f"tgtimg --op new --device-type tape --barcode {barcode} --size {size} --type {kind}"
            f" --file {HOME}/{barcode}"
            for barcode, (kind, size) in self._cartridges.items()
        )

    def _changer(self):
        found = self._sh("grep -l ^8 /sys/class/scsi_generic/*/device/type")
        return f"/dev/{found.split('/')[4]}"

    def _sh(self, script):
        ran = self._host.run(("sh", "-c", script), timeout_s=SET_UP_S)
        assert ran.ok, f"{ran.stdout}\n{ran.stderr}"
        return ran.stdout


def homeward(elements, homes):
    """Yield the moves that bring every cartridge to its slot, out of each other's way."""
    at = {(one.kind is ElementKind.DRIVE, one.number): one for one in elements}
    where = {place: one.barcode for place, one in at.items() if one.is_full and one.barcode}
    wrong = {place: one for place, one in where.items() if place != (False, homes.index(one) + 1)}
    while wrong:
        free = [place for place in at if not place[0] and place not in where]
        ready = {place: (False, homes.index(one) + 1) for place, one in wrong.items()}
        place = next((one for one, home in ready.items() if home in free), next(iter(wrong)))
        target = ready[place] if ready[place] in free else free[0]
        verb = f"unload {target[1]} {place[1]}" if place[0] else f"transfer {place[1]} {target[1]}"
        yield verb
        where[target], barcode = where.pop(place), wrong.pop(place)
        if target != ready[place]:
            wrong[target] = barcode
