"""The machine: Python, locale, clock, disks, control groups, ZFS."""

import ctypes
import locale
import os
import platform
import shutil
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calypso.cli.checks import Finding, broken, ok, warn
from calypso.config.certificates import EXPIRED, problem_of
from calypso.config.problems import Level
from calypso.host import cgroup
from calypso.host.daemon import tell

OLDEST_PYTHON = (3, 11)
NEEDED_BYTES = 1 << 30  # below, PostgreSQL's write-ahead log may fill the disk
TIMEX_BYTES = 256  # struct timex is 208 bytes on 64-bit Linux
TIME_ERROR = 5  # what adjtimex(2) returns while nobody keeps the clock right
GIB = 1 << 30


def python() -> Finding:
    """Look at the interpreter."""
    said = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return broken("Python", said, "Calypso needs Python 3.11 or later.")
    return ok("Python", said)


def text() -> Finding:
    """Look whether names of files and datasets survive a round trip."""
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.upper().replace("-", "") != "UTF8":
        return warn("Locale", encoding, "Use a UTF-8 locale, such as LC_ALL=C.UTF-8.")
    return ok("Locale", encoding)


def zones() -> Finding:
    """Look whether time zones are known; schedules need them."""
    try:
        ZoneInfo("Europe/Berlin")
    except (ZoneInfoNotFoundError, OSError):
        return warn("Time zones", "no time zone data", "apt-get install tzdata")
    return ok("Time zones", "known")


def clock() -> Finding:
    """Ask the kernel whether something keeps the clock right."""
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    if state == TIME_ERROR:
        return warn(
            "Clock",
            "not synchronised: snapshots and schedules may carry wrong times",
            "Run a time service: apt-get install systemd-timesyncd, or chrony.",
        )
    return ok("Clock", "synchronised")


def certificate(file: Path | None) -> list[Finding]:
    """Look until when the API's certificate is good, where one is named."""
    if file is None:
        return []
    problem = problem_of(file)
    if problem is None:
        return [ok("Certificate", f"{file}, good for a month at least")]
    how = "docs/operate.md: A certificate expires."
    is_broken = problem.level is Level.ERROR or problem.code == EXPIRED
    return [(broken if is_broken else warn)("Certificate", problem.message, how)]


def data_directory(data: Path) -> Finding:
    """Look whether the data directory can be written and has room."""
    place = next(path for path in (data, *data.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        return broken(
            "Data directory",
            f"{data} cannot be written by this user",
            "Name another with --data, or run as its owner.",
        )
    free_bytes = shutil.disk_usage(place).free
    said = f"{data}, {free_bytes / GIB:.1f} GiB free"
    if free_bytes < NEEDED_BYTES:
        return broken("Data directory", said, "Make at least 1 GiB free.")
    return ok("Data directory", said if data.exists() else f"{said}; made at the first start")


def control_groups() -> Finding:
    """Look whether jobs can have a control group of their own (cgroup v2, delegated)."""
    group = cgroup.own()
    if group is None:
        return warn(
            "Control groups",
            "no cgroup v2; a job's processes are found by their environment instead",
            "Boot with systemd.unified_cgroup_hierarchy=1.",
        )
    if not os.access(group, os.W_OK):
        return warn(
            "Control groups",
            f"{group} is not delegated; a job's processes are found by their environment instead",
            "Run workers as systemd units with Delegate=yes.",
        )
    return ok("Control groups", f"cgroup v2 at {group}")


def zfs() -> Finding:
    """Look for OpenZFS: its programs and its module."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    program = shutil.which("zfs", path=path)
    instead = "Without it, storage is kept in plain directories: good for a trial only."
    if program is None:
        how = f"apt-get install zfsutils-linux zfs-dkms (Debian: contrib). {instead}"
        return warn("OpenZFS", "not installed", how)
    if not Path("/dev/zfs").exists():
        how = f"modprobe zfs; if there is none: apt-get install zfs-dkms. {instead}"
        return warn("OpenZFS", f"{program} is there, its module is not loaded", how)
    version = tell([program, "version"], timeout_s=10, env={"LC_ALL": "C"})
    if version.code:
        how = "Load the module that belongs to the installed programs."
        return warn("OpenZFS", version.stderr.strip() or "`zfs version` failed", how)
    return ok("OpenZFS", ", ".join(version.stdout.split()))
