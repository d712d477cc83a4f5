"""The part of the driver that builds mhvtl's kernel module anew, as after a kernel update.

mhvtl's own script always ends with 0, even when nothing could be built. So the module on disk is
asked which kernel it is for.
"""

from pathlib import Path

from calypso.drivers.tape import LibraryInUse, ModuleUnfit, OnStep, unheard
from calypso.drivers.tape.mhvtl import reading
from calypso.drivers.tape.mhvtl.commands import BUILD_TIMEOUT_S
from calypso.drivers.tape.mhvtl.faults import Faults
from calypso.drivers.tape.mhvtl.files import Configuration
from calypso.drivers.tape.mhvtl.units import TARGET

BUILD = "mhvtl_kernel_mod_build"
LOADER = "mhvtl-load-modules.service"
LOADED = "/sys/module/mhvtl"
KERNEL = Path("/proc/sys/kernel/osrelease")
STEPS = ("checking", "building", "stopping", "loading", "starting")


class Modules(Faults):
    """Builds the module and loads it."""

    def rebuild_module(self, *, on_step: OnStep = unheard) -> str:
        """Build the module for the kernel that runs, load it, start all libraries again.

        Returns its version. LibraryInUse while a drive is loaded; ModuleUnfit, and what ran before
        runs on.
        """
        self._needs_systemd()
        self.undo_change()
        on_step(0, len(STEPS), STEPS[0])
        now = self._configuration()
        for robot in now.conf.libraries:
            self._refuse_loaded(now, robot)
        on_step(1, len(STEPS), STEPS[1])
        built = self._build()
        on_step(2, len(STEPS), STEPS[2])
        self._unload(now)
        on_step(3, len(STEPS), STEPS[3])
        self._do("systemctl", "restart", LOADER)
        on_step(4, len(STEPS), STEPS[4])
        self._do("systemctl", "daemon-reload")
        self._do("systemctl", "start", TARGET)
        for robot in now.conf.libraries:
            self._start(now.conf, robot.id)
        return built.version

    def _build(self) -> reading.Module:
        ran = self._ran(BUILD, timeout_s=BUILD_TIMEOUT_S)
        kernel = self._host.read_text(KERNEL).strip()
        built = reading.module(self._ran("modinfo", "mhvtl").stdout)
        if built.kernel != kernel:
            said = (ran.stderr.strip() or ran.stdout.strip() or "nothing").splitlines()[-1]
            raise ModuleUnfit(
                f"{BUILD} left no module for kernel {kernel}; it is for {built.kernel or 'none'}. "
                f"Its last word was: {said}. Are the headers of this kernel installed?",
                original=ran.stderr,
            )
        return built

    def _unload(self, now: Configuration) -> None:
        self._do("systemctl", "stop", TARGET)
        for robot in now.conf.libraries:
            self._stop(now.conf, robot.id)
        if self._host.exists(LOADED):
            self._do("rmmod", "mhvtl")
        if self._host.exists(LOADED):
            raise LibraryInUse(
                "The old module mhvtl is still loaded. End what has its devices open."
            )
