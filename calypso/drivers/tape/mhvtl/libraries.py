"""The part of the driver that makes, changes and removes libraries.

Each change is staged, checked, put in place, started and seen; what fails on the way leaves a note
by which `undo_change` puts back what was, in this process or another.
"""

from collections.abc import Callable

from calypso.drivers.tape import (
    DriveState,
    Element,
    ElementKind,
    Library,
    LibraryChange,
    LibraryInUse,
    LibrarySpec,
    NotAsAsked,
    OnStep,
    unheard,
)
from calypso.drivers.tape.mhvtl import contents, layouts
from calypso.drivers.tape.mhvtl.checking import home_of, refuse_other_than_barcodes
from calypso.drivers.tape.mhvtl.contents import Place
from calypso.drivers.tape.mhvtl.device_conf import Record
from calypso.drivers.tape.mhvtl.files import Configuration, persisted, refuse
from calypso.drivers.tape.mhvtl.positions import Positions, of_contents, of_elements
from calypso.drivers.tape.mhvtl.units import Units, serials
from calypso.models.jobtype import Plan

IDLE = (DriveState.EMPTY, DriveState.OFFLINE)
STEPS = ("checking", "stopping", "putting in place", "starting", "looking")


class Libraries(Units):
    """Makes libraries and unmakes them."""

    def create_library(self, spec: LibrarySpec, *, on_step: OnStep = unheard) -> Library:
        """Make an empty library and start it; LibraryExists, BadName, ConfigurationBroken."""
        self._needs_systemd()
        self.undo_change()
        tell = _teller(on_step)
        tell("checking")
        before = self._configuration()
        number, after = layouts.created(before, spec)
        tell("putting in place")
        self._begin(number, after, before, was_running=False)
        self._replace(number, after, before)
        robot = after.library(spec.name)
        self._do("mkdir", "-p", "-m", "0755", "--", home_of(robot))
        tell("starting")
        self._start(after.conf, number)
        tell("looking")
        made = self._changer.library(spec.name)
        self._refuse_other(made, after, number)
        self._settle()
        return made

    def modify_library(
        self, name: str, change: LibraryChange, *, on_step: OnStep = unheard
    ) -> Library:
        """Give a library more or fewer slots and drives; it is stopped meanwhile.

        WouldLose; LibraryInUse while a drive is loaded. One that is so already is not touched.
        """
        self._needs_systemd()
        self.undo_change()
        tell = _teller(on_step)
        tell("checking")
        before = self._configuration()
        robot = before.library(name)
        runs = self._runs(before, robot)
        positions = self._positions(before, robot)
        after = layouts.modified(before, robot, change, positions)
        if _size(after, robot) == _size(before, robot):
            return self._changer.library(name)
        self._refuse_loaded(before, robot)
        refuse(after, before)
        before = self._remember(before, robot.id, positions)
        self._begin(robot.id, after, before, was_running=runs)
        tell("stopping")
        self._stop(before.conf, robot.id)
        tell("putting in place")
        self._replace(robot.id, after, before)
        tell("starting")
        self._start(after.conf, robot.id)
        tell("looking")
        made = self._changer.library(name)
        self._refuse_other(made, after, robot.id)
        self._settle()
        return made

    def delete_library(
        self, name: str, *, keep_cartridges: bool = False, on_step: OnStep = unheard
    ) -> None:
        """Stop a library and remove it, and its cartridges unless they are kept.

        LibraryInUse while a drive is loaded.
        """
        self._needs_systemd()
        self.undo_change()
        tell = _teller(on_step)
        tell("checking")
        before = self._configuration()
        robot = before.library(name)
        self._refuse_loaded(before, robot)
        positions = self._positions(before, robot)
        codes = [] if keep_cartridges else sorted(positions.values())
        refuse_other_than_barcodes(codes)
        runs = self._runs(before, robot)
        before = self._remember(before, robot.id, positions)
        after = layouts.deleted(before, robot)
        self._begin(robot.id, after, before, was_running=runs)
        tell("stopping")
        self._stop(before.conf, robot.id)
        tell("putting in place")
        self._replace(robot.id, after, before)
        self._do("systemctl", "daemon-reload")
        self._settle()
        self._discard(home_of(robot), *codes)

    def plan_delete_library(self, name: str, *, keep_cartridges: bool = False) -> Plan:
        """Say what delete_library would do; refuses as it would."""
        before = self._configuration()
        robot = before.library(name)
        self._refuse_loaded(before, robot)
        codes = sorted(self._positions(before, robot).values())
        drives = ", ".join(sorted(serials(before.conf, robot.id) - {name}))
        home = home_of(robot)
        kept = [f"{len(codes)} cartridges stay in {home}, outside of every library."]
        return Plan(
            commands=[["systemctl", "stop", f"vtllibrary@{robot.id}.service"]],
            effects=[
                f"Library {name} with its drives {drives} goes.",
                *(kept if keep_cartridges else []),
            ],
            destroys=[] if keep_cartridges else [f"{home}/{one}" for one in codes],
        )

    def undo_change(self) -> bool:
        """Put back what a change that did not end had replaced, and start what ran before it.

        LibraryInUse while a drive of that library is loaded: it is stopped for it.
        """
        change = self._under_way()
        if change is None:
            return False
        now = self._configuration()
        if (robot := now.conf.library(change.library)) is not None:
            self._refuse_loaded(now, robot)  # it was found long after it began, and is used again
        self._stop(now.conf, change.library)
        self._put_back(change)
        self._do("systemctl", "daemon-reload")
        if change.was_running:
            self._start(self._configuration().conf, change.library)
        self._settle()
        return True

    # -- where the cartridges are

    def _positions(self, now: Configuration, robot: Record) -> Positions:
        """Return where a library's cartridges are: as it says itself, or its files."""
        if self._is_online(robot):
            return of_elements(self._changer.elements(robot.serial or ""))
        return of_contents(self._remembered(robot) or now.contents[robot.id])

    def _remembered(self, robot: Record) -> contents.Contents | None:
        """Return what a library wrote down when it stopped, unless its contents are younger."""
        name = persisted(robot.id)
        text = self._text(name) if robot.is_persistent else None
        if text is None or self._age(f"{contents.FILE}.{robot.id}") > self._age(name):
            return None
        return contents.parse(robot.id, text)

    def _is_online(self, robot: Record) -> bool:
        return any(
            one.serial == robot.serial and one.is_online for one in self._changer.libraries()
        )

    def _runs(self, now: Configuration, robot: Record) -> bool:
        return bool(serials(now.conf, robot.id) & self._seen())

    def _loaded(self, robot: Record) -> list[Element]:
        """Return the drives of a library that hold a cartridge."""
        if not self._is_online(robot):
            return []
        elements = self._changer.elements(robot.serial or "")
        return [one for one in elements if one.kind is ElementKind.DRIVE and one.is_full]

    def _refuse_loaded(self, now: Configuration, robot: Record) -> None:
        """Raise LibraryInUse when a drive is loaded: mhvtl forgets it when it reads its files."""
        self._refuse_offline(robot)
        mine = serials(now.conf, robot.id)
        for drive in self._changer.drives():
            if drive.serial in mine and drive.state not in IDLE:
                raise LibraryInUse(f"Drive {drive.serial} is {drive.state.value}. Unload it first.")
        for one in self._loaded(robot):
            raise LibraryInUse(
                f"{one.place} of library {robot.serial} holds {one.barcode or 'a cartridge'}. "
                "Unload it first."
            )

    def _refuse_offline(self, robot: Record) -> None:
        seen = any(one.serial == robot.serial for one in self._changer.libraries())
        if seen and not self._is_online(robot):
            raise LibraryInUse(
                f"Library {robot.serial} runs and is offline: what is in its drives cannot be "
                "seen. Bring it online first."
            )

    def _refuse_other(self, made: Library, after: Configuration, number: int) -> None:
        """Raise NotAsAsked when the library that started is not the one in the files.

        mhvtl leaves out, without a word, what its robot has no addresses for.
        """
        wanted = _size(after, after.library(made.name))
        has = {Place.DRIVE: len(made.drives), Place.MAP: made.ie_slots, Place.SLOT: made.slots}
        for place, count in wanted.items():
            if has[place] != count:
                raise NotAsAsked(
                    f"Library {number} should have {place.value} {count} and shows {has[place]}. "
                    f"A {made.vendor} {made.product} may have no room for more."
                )

    def _age(self, name: str) -> int:
        return int(self._do("stat", "-c", "%Y", "--", f"/etc/mhvtl/{name}").strip())

    def _discard(self, home: str, *barcodes: str) -> None:
        """Remove cartridges with all that is on them; BadName for what may be anything else."""
        refuse_other_than_barcodes(barcodes)
        if barcodes:
            self._do("rm", "-rf", "--", *(f"{home}/{one}" for one in barcodes))


def _teller(on_step: OnStep) -> Callable[[str], None]:
    return lambda phase: on_step(STEPS.index(phase), len(STEPS), phase)


def _size(now: Configuration, robot: Record) -> dict[Place, int]:
    inside = now.contents[robot.id]
    return {one: inside.count(one) for one in (Place.DRIVE, Place.MAP, Place.SLOT)}
