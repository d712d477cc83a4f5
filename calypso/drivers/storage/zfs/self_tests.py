"""The part of the driver that lets disks test themselves."""

import time

from calypso.drivers.storage import (
    Interrupted,
    OnSmart,
    SelfTestFailed,
    SmartProgress,
    SmartTest,
    StorageError,
    Unsupported,
)
from calypso.drivers.storage.disks import smart
from calypso.drivers.storage.zfs.disks import NO_SMARTCTL, SMART_TIMEOUT_S, Disks
from calypso.errors import CommandTimedOut

LOOK_S = 5.0  # a short test takes about two minutes
BEGIN_LOOK_S, BEGIN_LOOKS = 1.0, 30  # until a disk shows that it does what it was told to
NO_SELF_TESTS = (
    "{} makes no self-test, or this smartctl cannot tell of it: "
    "of NVMe and SCSI disks that takes smartmontools 7.4 or newer."
)


class SelfTests(Disks):
    """Seeing whether disks are well."""

    def run_smart_test(
        self, disk: str, test: SmartTest, *, on_smart: OnSmart, timeout_s: float
    ) -> SmartProgress:
        """Let a disk test itself to the end; one that runs already is followed."""
        device = self._block(disk)[0].path
        deadline = time.monotonic() + timeout_s
        if not self._self_test(device).is_running:
            self._begin_test(device, test)
        while (told := self._self_test(device)).is_running:
            on_smart(told)
            if time.monotonic() >= deadline:
                raise CommandTimedOut(f"The self-test of {disk} did not end in {timeout_s:g} s.")
            self._pause(LOOK_S)
        on_smart(told)
        if told.passed is None:
            raise Interrupted(f"The self-test of {disk} was stopped: {told.words}.")
        if not told.passed:
            raise SelfTestFailed(f"{disk} failed its self-test: {told.words}. Replace it.")
        return told

    def _begin_test(self, device: str, test: SmartTest) -> None:
        """Order a test, and see it begun: what the last one ended with is no result of this one."""
        before = smart.shown(self._ask_disk(device, *smart.LOOK))
        self._smartctl(device, "-t", test.value)
        for _ in range(BEGIN_LOOKS):
            look = self._ask_disk(device, *smart.LOOK)
            if smart.complaint(smart.told(look)) is None and smart.shown(look) != before:
                return
            self._pause(BEGIN_LOOK_S)
        waited_s = BEGIN_LOOKS * BEGIN_LOOK_S
        raise Unsupported(f"{device} was told to test itself and shows no test for {waited_s:g} s.")

    def stop_smart_test(self, disk: str) -> None:
        """Stop a disk's self-test; nothing happens when none runs."""
        device = self._block(disk)[0].path
        if self._self_test(device).is_running:
            self._smartctl(device, "-X")
        if self._self_test(device).is_running:
            raise StorageError(f"smartctl says that the test of {disk} is stopped, but it runs.")

    def _self_test(self, device: str) -> SmartProgress:
        text = self._ask_disk(device, *smart.LOOK)
        if (told := smart.progress(text)) is not None:
            return told
        _refuse_failed(device, text)
        if not smart.tells_self_tests(text):
            raise Unsupported(NO_SELF_TESTS.format(device), original=text)
        return SmartProgress(is_running=False)

    def _smartctl(self, device: str, *words: str) -> None:
        _refuse_failed(device, self._ask_disk(device, *words))

    def _ask_disk(self, device: str, *words: str) -> str:
        if self._host.which("smartctl") is None:
            raise Unsupported(NO_SMARTCTL)
        argv = ["smartctl", "-j", *words, device]
        return self._host.run(argv, timeout_s=SMART_TIMEOUT_S).stdout


def _refuse_failed(device: str, text: str) -> None:
    if why := smart.complaint(smart.told(text)):
        raise Unsupported(f"{device} makes no self-test: {why}", original=text)
