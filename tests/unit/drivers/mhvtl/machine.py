"""A machine with mhvtl on it. It says what was recorded and behaves as was recorded, lies and all.

Every text it prints is quoted from a recording: `quote` fails when it stands in none.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from calypso.drivers.tape import (
    Cartridge,
    Drive,
    DriveState,
    Element,
    ElementKind,
    Library,
    LibraryMissing,
    LibraryOffline,
    kind_by_barcode,
)
from calypso.drivers.tape.mhvtl import contents, device_conf
from calypso.drivers.tape.mhvtl.contents import Place
from calypso.host import Ran
from calypso.models.inventory import Capability
from tests.fakes.host import FakeHost

ETC, HOME = "/etc/mhvtl", "/opt/mhvtl"
CONF = """VERSION: 5

Library: 10 CHANNEL: 00 TARGET: 00 LUN: 00
 Vendor identification: STK
 Product identification: L700
 Unit serial number: LIB10SER01
 NAA: 10:22:33:44:ab:00:00:00
 Home directory: /opt/mhvtl
 PERSIST: True
 Backoff: 400

Drive: 11 CHANNEL: 00 TARGET: 01 LUN: 00
 Library ID: 10 Slot: 01
 Vendor identification: IBM
 Product identification: ULT3580-TD5
 Unit serial number: DRIVE00011
 NAA: 10:22:33:44:ab:00:01:00
 Compression: factor 1 enabled 1
 Compression type: lzo
 Backoff: 400

Drive: 12 CHANNEL: 00 TARGET: 02 LUN: 00
 Library ID: 10 Slot: 02
 Vendor identification: IBM
 Product identification: ULT3580-TD5
 Unit serial number: DRIVE00012
 NAA: 10:22:33:44:ab:00:02:00
 Compression: factor 1 enabled 1
 Compression type: lzo
 Backoff: 400

"""
DENSITY = {"LTO5": 0x58, "LTO6": 0x5A}
KINDS = {"data": "Normal data", "WORM": "Write Once Read Many (WORM)", "clean": "Cleaning media"}


@dataclass
class Tape:
    """A cartridge's memory."""

    size: int
    kind: str = "data"
    density: int = 0x58
    tab: bool = False
    used: int = 0


@dataclass
class Robot:
    """A library that runs: what it has read of its files, and what was moved since."""

    number: int
    where: dict
    counts: dict
    loaded: dict = field(default_factory=dict)
    online: bool = True
    door: bool = False


class Machine(FakeHost):
    """Satisfies `Host`. `fails` maps a program to what it answers instead; `cut_at`: that command
    from the first on raises `cut`. `slow`: so many looks pass before what was started is seen.
    """

    def __init__(self):
        super().__init__(
            "mhvtl-1.8.0",
            "mhvtl-1.8.0-composed",
            programs=("vtlcmd", "mktape", "edit_tape", "dump_tape", "systemctl"),
            files=(),
        )
        self.tapes, self.robots, self.drives_up = {}, {}, set()
        self.ages, self.clock, self.slow, self.looks = {}, 0, 0, 0
        self.fails, self.cut_at, self.cut = {}, None, None
        self.keep_seen, self.busy = False, set()
        self.write_text(f"{ETC}/device.conf", CONF)
        told = self.recording("040-restart-library.txt").stdout
        text = told[told.index("VERSION") : told.index("total")]
        self.write_text(f"{ETC}/library_contents.10", text)
        for code in contents.parse(10, text).barcodes:
            self.add_tape(code, Tape(500 << 20, "clean" if code.startswith("CLN") else "data"))
        self.files["/run/systemd/system"] = self.files["/sys/module/mhvtl"] = ""
        self.files["/proc/sys/kernel/osrelease"] = "6.1.0-50-amd64\n"
        self.start(10)

    # -- what stands where

    def quote(self, name, text):
        told = self.recording(name)
        assert text in told.stdout + told.stderr, f"{name} does not say {text!r}"
        return text

    def config(self):
        """All configuration files as they are now, what is kept aside left out."""
        return {
            path: text for path, text in self.files.items()
            if path.startswith(f"{ETC}/") and "/calypso/" not in path
        }  # fmt: skip

    def contents(self, number=10):
        return contents.parse(number, self.files[f"{ETC}/library_contents.{number}"])

    def conf(self):
        return device_conf.parse(self.files[f"{ETC}/device.conf"])

    def add_tape(self, code, tape, home=HOME):
        self.tapes[f"{home}/{code}"] = tape
        for name in ("data.0", "indx.0", "mam", "meta.0", "mhvtl_data"):
            self.files[f"{home}/{code}/{name}"] = ""

    def load(self, slot, drive, number=10):
        robot = self.robots[number]
        robot.loaded[drive] = (robot.where.pop((Place.SLOT, slot)), slot)

    # -- the port

    def exists(self, path):
        return any(one == str(path) or one.startswith(f"{path}/") for one in self.files)

    def write_text(self, path, text, *, mode=0o644):
        self.clock += 1
        self.ages[str(path)] = self.clock
        self.files[str(path)] = text

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        assert timeout_s > 0
        argv = tuple(argv)
        self.asked.append(argv)
        self._cut()
        for program, told in self.fails.items():
            if " ".join(argv).startswith(program):
                return Ran(argv, *told, elapsed_s=0.0)
        told = getattr(self, f"_{argv[0]}")(*argv[1:]) or ""
        code, out, err = told if isinstance(told, tuple) else (0, told, "")
        return Ran(argv, code, out, err, elapsed_s=0.0)

    def pipe(self, stages, *, timeout_s, on_line=None, on_beat=None, env=None):
        (program, *words), head = stages
        assert (program, head) == ("dump_tape", ("head", "-n", "12"))
        self.asked.append((program, *words))
        self._cut()
        code, out, err = self._dump_tape(*words)
        for line in err.splitlines():
            on_line(0, line)
        for line in out.splitlines():
            on_line(1, line)
        return (Ran(stages[0], code, "", err, 0.0), Ran(head, 0, "", "", 0.0))

    def _cut(self):
        if self.cut_at is not None and len(self.asked) == self.cut_at:
            raise self.cut

    # -- the system's programs

    def _mv(self, _f, _dashes, source, target):
        self.write_text(target, self.files.pop(source))

    def _mkdir(self, *words):
        self.files[f"{words[-1]}/."] = ""

    def _touch(self, _dashes, path):
        self.files.setdefault(path, "")

    def _rm(self, _how, _dashes, *paths):
        for path in paths:
            for one in [one for one in self.files if one == path or one.startswith(f"{path}/")]:
                del self.files[one]
            self.tapes.pop(path, None)

    def _find(self, home, *_words):
        found = [one for one in self.files if re.fullmatch(rf"{home}/[^/]+/mam", one)]
        return "".join(f"{Path(one).parent}\n" for one in found)

    def _stat(self, _c, _format, _dashes, path):
        return f"{self.ages[path]}\n"

    def _udevadm(self, verb, *_words):
        self.looks += verb == "settle"
        return ""

    def _rmmod(self, _module):
        if self.robots:
            return 1, "", self.quote("051-stop.txt", "rmmod: ERROR: Module mhvtl is in use\n")
        self.files.pop("/sys/module/mhvtl", None)
        return ""

    def _modinfo(self, _module):
        return self.recording("018-lsmod.txt").stdout

    def _mhvtl_kernel_mod_build(self):
        return ""

    def _systemctl(self, verb, *units):
        for unit in units:
            if verb == "restart":
                self.files["/sys/module/mhvtl"] = ""
            if (told := re.fullmatch(r"vtl(library|tape)@(\d+)\.service", unit)) is not None:
                self._unit(verb, told[1], int(told[2]))
        return ""

    def _unit(self, verb, kind, number):
        if kind == "tape":
            drives = {one.id for one in self.conf().drives}
            if verb == "start" and number in drives:
                self.drives_up.add(number)
            elif verb == "stop" and not self.keep_seen:
                self.drives_up.discard(number)
        elif (verb in ("start", "reload") and number not in self.robots) or verb == "reload":
            self.looks = 0
            self._read(number)
        elif verb == "stop":
            self.stop(number)

    def start(self, number):
        conf = self.conf()
        self._read(number)
        self.drives_up |= {one.id for one in conf.drives_of(number)}

    def _read(self, number):
        """Read a library's files as vtllibrary does: .persist wins when it is no older."""
        robot = self.conf().library(number)
        path = f"{ETC}/library_contents.{number}"
        if robot is None or path not in self.files:
            return  # and it is `active` all the same
        kept = f"{path}.persist"
        if (
            robot.is_persistent
            and self.ages.get(kept, -1) >= self.ages[path]
            and kept in self.files
        ):
            path = kept
        told = contents.parse(number, self.files[path])
        self.robots[number] = Robot(
            number, told.media(), {place: told.count(place) for place in Place}
        )

    def stop(self, number):
        robot = self.robots.get(number)
        if robot is None or self.keep_seen:
            return
        for code, slot in robot.loaded.values():
            robot.where[Place.SLOT, slot] = code
        record = self.conf().library(number)
        if record is not None and record.is_persistent:
            lines = [
                f"{place.value} {n}: {robot.where.get((place, n), '')}".rstrip() + "\n"
                for place in Place for n in range(1, robot.counts[place] + 1)
            ]  # fmt: skip
            self.write_text(f"{ETC}/library_contents.{number}.persist", "".join(lines))
        del self.robots[number]

    # -- mhvtl's programs

    def _mktape(self, *words):
        said = dict(zip(words[::2], words[1::2], strict=True))
        record = self.conf().library(int(said["-l"]))
        if record is None:
            self.quote("013-mktape.txt", "nolib rc=2")
            return 2, "", ""
        path = f"{record.home}/{said['-m']}"
        if path in self.tapes:
            self.quote("013-mktape.txt", "dup rc=0")
            return ""
        self.quote("013-mktape.txt", "baddens rc=0")
        density = DENSITY.get(said["-d"], 0)
        self.add_tape(said["-m"], Tape(int(said["-s"]) << 20, said["-t"], density), record.home)
        return ""

    def _edit_tape(self, *words):
        said = dict(zip(words[::2], words[1::2], strict=True))
        code = said["-m"]
        record = self.conf().library(int(said["-l"]))
        tape = self.tapes.get(f"{record.home}/{code}")
        if tape is None:
            text = "PCL NOSUCH cannot be dumped, load_tape() returned 3"
            return 1, "", self.quote("015-edit_tape.txt", text)
        if "-w" in said:
            tape.tab = said["-w"] == "on"
        if "-s" in said:
            tape.size = int(said["-s"]) << 20
        return self.quote("015-edit_tape.txt", "Looking for PCL: VT0009L5 in library 10\n")

    def _dump_tape(self, _l, library, _m, code):
        record = self.conf().library(int(library))
        tape = self.tapes.get(f"{record.home}/{code}")
        if tape is None:
            return 1, "", self.recording("dump_tape-missing.txt").stderr
        text = self.recording("dump_tape-data.txt").stdout
        text = text.replace("0x58\nMedia type code", f"0x{tape.density:02x}\nMedia type code")
        text = re.sub(r"(?m)^(Tape Capacity     : )\d+", rf"\g<1>{tape.size}", text)
        text = re.sub(r"(?m)^(Remaining.*: )\d+", rf"\g<1>{tape.size - tape.used}", text)
        text = text.replace("Normal data", KINDS[tape.kind])
        return 0, text.replace("read-write", "Write-protected") if tape.tab else text, ""

    def _vtlcmd(self, *words):
        if not words:
            told = self.recording("002-usage-vtlcmd.txt")
            return 1, "", told.stderr
        number, *verb = words
        known = {str(one.id) for one in self.conf().records}
        if number not in known:
            text = "No tape/library (/etc/mhvtl/device.conf) configured with device number: 99"
            return 1, "", self.quote("034-vtlcmd-map-errors.txt", text)
        robot = self.robots.get(int(number))
        if robot is None and int(number) not in self.drives_up:
            return 1, "", self.quote("045-vtlcmd-down.txt", "MessageQueue not available\n")
        return getattr(self, "_cmd_" + "_".join(verb[:2]).lower())(robot, *verb[2:])

    def _ok(self):
        return self.quote("033-vtlcmd-list-map.txt", "OK\n")

    def _cmd_open_map(self, robot):
        robot.door = True
        return self._ok()

    def _cmd_close_map(self, robot):
        robot.door = False
        return self._ok()

    def _cmd_load_map(self, robot, code):
        home = self.conf().library(robot.number).home
        if f"{home}/{code}/data" not in self.files:
            text = (
                "/data: No such file or directory\nHint: Use command 'mktape' to create media first"
            )
            self.quote("033-vtlcmd-list-map.txt", text)
            return 1, "", f"Could not open {home}/{code}{text}\n"
        if not robot.door:
            return self.quote("048-mapload-workaround.txt", "MAP not opened\n")
        free = (
            n for n in range(1, robot.counts[Place.MAP] + 1) if (Place.MAP, n) not in robot.where
        )
        robot.where[Place.MAP, next(free)] = code
        return self._ok()

    def _cmd_empty_map(self, robot):
        if not robot.door:
            text = "Can't empty map while MAP is closed\n"
            return self.quote("034-vtlcmd-map-errors.txt", text)
        robot.where = {at: code for at, code in robot.where.items() if at[0] is not Place.MAP}
        return self._ok()

    def _cmd_offline(self, robot):
        robot.online = False

    def _cmd_online(self, robot):
        if robot is None:
            text = "Command for tape not allowed\n"
            return 1, "", self.quote("034-vtlcmd-map-errors.txt", text)
        robot.online = True
        return ""

    def _cmd_tapealert_1(self, _robot):
        self.quote("038-vtlcmd-tape.txt", "rc=0")

    def _cmd_tapealert_80000(self, _robot):
        return ""

    def _cmd_delay_load(self, _robot, _seconds):
        return ""


class Changer:
    """What drives the devices of that machine: shows what runs there."""

    def __init__(self, machine):
        self.machine = machine

    def probe(self):
        return Capability(product="changer", available=True, features={"worm": True})

    def libraries(self):
        if self.machine.looks < self.machine.slow:
            return []
        return [self._library(one) for one in self.machine.robots.values()]

    def library(self, name):
        for one in self.libraries():
            if one.name == name:
                return one
        raise LibraryMissing(f"There is no library {name}.")

    def drives(self):
        records = [one for one in self.machine.conf().drives if one.id in self.machine.drives_up]
        return [
            Drive(serial=one.serial, library=None, number=None, vendor="IBM", product="ULT3580-TD5",
                  revision="0108", device=f"/dev/nst{one.id}", state=self._state(one))
            for one in records
        ]  # fmt: skip

    def _state(self, record):
        robot = self.machine.robots.get(record.place[0])
        if record.id in self.machine.busy:
            return DriveState.BUSY
        is_loaded = robot is not None and record.place[1] - 1 in robot.loaded
        return DriveState.LOADED if is_loaded else DriveState.EMPTY

    def elements(self, library):
        told = self.library(library)
        if not told.is_online:
            raise LibraryOffline(f"The library {library} is offline.")
        robot = next(
            one for one in self.machine.robots.values() if self._serial(one.number) == library
        )
        slots, maps = robot.counts[Place.SLOT], robot.counts[Place.MAP]
        drives = [
            _element(ElementKind.DRIVE, n, *robot.loaded.get(n, (None, None)))
            for n in range(robot.counts[Place.DRIVE])
        ]
        inside = [
            _element(ElementKind.SLOT, n, robot.where.get((Place.SLOT, n)))
            for n in range(1, slots + 1)
        ]
        ie = [
            _element(ElementKind.IE, slots + n, robot.where.get((Place.MAP, n)))
            for n in range(1, maps + 1)
        ]
        return [*drives, *inside, *ie]

    def cartridges(self):
        return [
            Cartridge(
                barcode=one.barcode, kind=kind_by_barcode(one.barcode), library=library.name,
                place=one.place,
            )
            for library in self.libraries() for one in self.elements(library.name) if one.barcode
        ]  # fmt: skip

    def _serial(self, number):
        record = self.machine.conf().library(number)
        return record.serial if record else f"gone-{number}"

    def _library(self, robot):
        conf = self.machine.conf()
        drives = conf.drives_of(robot.number)[: robot.counts[Place.DRIVE]]
        return Library(
            name=self._serial(robot.number), serial=self._serial(robot.number), vendor="STK",
            product="L700", revision="0108", device="/dev/sg0", slots=robot.counts[Place.SLOT],
            ie_slots=robot.counts[Place.MAP], is_online=robot.online,
            drives=tuple(one.serial for one in drives),
        )  # fmt: skip


def _element(kind, number, barcode, source=None):
    return Element(
        kind=kind, number=number, is_full=barcode is not None, barcode=barcode, source=source
    )
