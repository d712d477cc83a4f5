"""The part of the driver that looks at libraries."""

from collections.abc import Iterator
from contextlib import suppress

from calypso.drivers.tape import (
    Cartridge,
    Element,
    ElementKind,
    Library,
    OnItems,
    TapeError,
    kind_by_barcode,
)
from calypso.drivers.tape.changer import reading
from calypso.drivers.tape.changer.commands import (
    MOVE_TIMEOUT_S,
    READ_TIMEOUT_S,
    Commands,
    Look,
    name,
)
from calypso.drivers.tape.changer.reading import Device

HOSTS = "/sys/class/scsi_host"
ANY = "- - -\n"  # every channel, target and unit
SETTLE_S = 60


class Libraries(Commands):
    """Looking."""

    def scan(self, on_items: OnItems) -> None:
        """Let every SCSI host look for devices, and wait until those it found have names."""
        listed = self._ran(("find", HOSTS, "-mindepth", "1", "-maxdepth", "1"), READ_TIMEOUT_S)
        hosts = sorted(listed.stdout.splitlines())
        for done, host in enumerate(hosts):
            on_items(done, len(hosts))
            self._written(f"{host}/scan", ANY)
        self._ran(("udevadm", "settle", f"--timeout={SETTLE_S}"), READ_TIMEOUT_S)
        on_items(len(hosts), len(hosts))

    def _written(self, path: str, text: str) -> None:
        ran = self._host.run(("tee", path), timeout_s=READ_TIMEOUT_S, stdin=text)
        if not ran.ok:
            raise TapeError(f"The SCSI hosts cannot look for devices: {ran.complaint}")

    def libraries(self) -> list[Library]:
        """List every library, by name."""
        look = self._look()
        return [self._library(changer, look) for changer in look.changers]

    def library(self, name: str) -> Library:
        """Return one library."""
        look = self._look()
        return self._library(look.changer(name), look)

    def _library(self, changer: Device, look: Look) -> Library:
        try:
            found, reason = self._elements(changer), None
        except TapeError as refused:
            found, reason = [], refused.detail
        kinds = [one.kind for one in found]
        numbers = self._numbers(changer, look.drives) if found else {}
        serials = {number: serial for serial, number in numbers.items()}
        return Library(
            name=name(changer),
            vendor=changer.vendor,
            product=changer.product,
            revision=changer.revision,
            serial=changer.serial,
            device=changer.sg,
            slots=kinds.count(ElementKind.SLOT),
            ie_slots=kinds.count(ElementKind.IE),
            drives=tuple(serials.get(one, "") for one in range(kinds.count(ElementKind.DRIVE))),
            is_online=bool(found),
            reason=reason,
        )

    def elements(self, library: str) -> list[Element]:
        """List all that can hold a cartridge."""
        return self._elements(self._look().changer(library))

    def _elements(self, changer: Device) -> list[Element]:
        about = f"The library {name(changer)} does not tell what it holds"
        return reading.elements(self._mtx(changer, "status", about=about, timeout_s=READ_TIMEOUT_S))

    def take_inventory(self, library: str) -> list[Element]:
        """Let the robot look at every label again."""
        changer = self._look().changer(library)
        about = f"The library {library} does not take inventory"
        self._mtx(changer, "inventory", about=about, timeout_s=MOVE_TIMEOUT_S)
        return self._elements(changer)

    def cartridges(self) -> list[Cartridge]:
        """List every cartridge with a readable label."""
        return [one for changer in self._look().changers for one in self._held(changer)]

    def _held(self, changer: Device) -> Iterator[Cartridge]:
        with suppress(TapeError):  # it is offline, and `libraries` says so
            for element in self._elements(changer):
                if element.barcode:
                    yield Cartridge(
                        barcode=element.barcode,
                        kind=kind_by_barcode(element.barcode),
                        library=name(changer),
                        place=element.place,
                    )
