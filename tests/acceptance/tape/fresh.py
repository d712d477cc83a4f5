"""A fresh look: what libraries and tapes tell by themselves, without any books."""

import hashlib

from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._scanning import Scan


def places(tape, library):
    """Where each cartridge lies, every one of them once."""
    found = [(one.barcode, str(one.place)) for one in tape.elements(library) if one.is_full]
    assert len(found) == len(dict(found)), found
    return dict(found)


def settled(state):
    """Digests of every tape file that has its mark; what they are must not change any more."""
    return {
        (path.parent.name, path.name): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in state.glob("*/*/*/[0-9]*")
        if path.suffix != ".open"
    }


def scanned(tape, drive, running, barcodes):
    """The good parts of each archive on some tapes; their labels are those on record."""
    contents = []
    for barcode in barcodes:
        bay = Bay(tape, drive, running)
        bay.bring(barcode)
        assert bay.look().label.id == running.media.medium(barcode).label
        contents.append(Scan(bay, barcode, running, timeout_s=60).run())
    good = {}
    for content in contents:
        for archive, parts in content.confirmed(contents).items():
            good.setdefault(archive, {}).update({part.number: part for part in parts})
    return {archive: [parts[n] for n in sorted(parts)] for archive, parts in good.items()}
