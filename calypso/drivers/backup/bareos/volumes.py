"""Volumes: to label, empty and forget them.

What the storage said is not in JSON, so each act is judged by what the catalog has afterwards.
Source: Bareos' core/src/dird/ua_label.cc, ua_purge.cc, ua_prune.cc, ua_cmds.cc, ua_update.cc.
"""

import re

from calypso.drivers.backup.bacula import errors as bacula_errors
from calypso.drivers.backup.bacula.text import command, numbers, word
from calypso.drivers.backup.bareos import errors, names, status
from calypso.drivers.backup.bareos.console import BUILDING_S
from calypso.drivers.backup.bareos.restores import Restores
from calypso.drivers.backup.refusals import (
    BackupError,
    StorageDown,
    VolumeExists,
    VolumeFaulty,
    VolumeInUse,
    VolumeMissing,
)
from calypso.drivers.backup.values import SlotsUpdate, Volume, VolumePlan, VolumeState
from calypso.models.clock import now

_KNOWN = re.compile(r'Catalog record for Volume "([^"]+)" (?:is up to date|updated)')
_UNKNOWN = re.compile(r'Volume "([^"]+)" not found in catalog')
_PRUNABLE = (VolumeState.FULL, VolumeState.USED, VolumeState.PURGED)
LABEL_BYTES = 64_512  # a volume of no more holds its label alone; `truncate` passes it over


class Volumes(Restores):
    """Acts on volumes."""

    def volume(self, name: str) -> Volume:
        """Return one volume; VolumeMissing."""
        word("volume", name)
        for one in self.volumes():
            if one.name == name:
                return one
        raise VolumeMissing(f"The catalog has no volume {name}.")

    # -- labels

    def label(
        self, storage: str, volume: str, pool: str, *, slot: int = 0, drive: int = 0
    ) -> Volume:
        """Write a label and note the volume in the catalog; returns it."""
        told = word("volume", volume)
        on, of = names.known(self._console, (names.STORAGE, storage), (names.POOL, pool))
        if any(one.name == volume for one in self.volumes()):
            raise VolumeExists(f"The catalog has a volume {volume} already.")
        self._act(command("label", on, told, of, f"slot={int(slot)} drive={int(drive)} yes"))
        found = next((one for one in self.volumes() if one.name == volume), None)
        if found is None:
            raise VolumeFaulty(f"The label of {volume} was not written.")
        return found

    def label_barcodes(
        self, storage: str, pool: str, *, slots: tuple[int, ...], drive: int = 0
    ) -> list[Volume]:
        """Label what lies in these slots by barcode; returns the volumes that were labelled."""
        on, of = names.known(self._console, (names.STORAGE, storage), (names.POOL, pool))
        before = {one.name for one in self.volumes()}
        which = numbers("slots", slots)
        self._act(command("label barcodes", on, of, which, f"drive={int(drive)} yes"))
        labelled = [one for one in self.volumes() if one.name not in before and one.slot in slots]
        if not labelled:
            raise VolumeMissing(f"Nothing was labelled in the slots {list(slots)} of {storage}.")
        return labelled

    # -- to forget what is on them

    def plan_prune(self, name: str) -> VolumePlan:
        """Tell which runs pruning would forget."""
        volume = self.volume(name)
        if volume.state not in _PRUNABLE:
            raise VolumeInUse(
                f"{name} is {volume.state}: only a volume that is Full or Used can be pruned."
            )
        if volume.expires_at is None or volume.last_written_at is None:
            return VolumePlan(act="prune", volume=volume, runs=())
        oldest = now() - (volume.expires_at - volume.last_written_at)
        runs = self._runs_on(name, older_than=oldest)
        return VolumePlan(act="prune", volume=volume, runs=runs)

    def prune(self, name: str) -> Volume:
        """Forget the runs of a volume that need not be kept."""
        self.plan_prune(name)
        self._act(f"prune {word('volume', name)} yes")
        return self.volume(name)

    def plan_purge(self, name: str) -> VolumePlan:
        """Tell which runs purging would forget."""
        return self._plan_of_all("purge", name)

    def purge(self, name: str) -> Volume:
        """Forget all runs of a volume."""
        if self._unused(name).state is not VolumeState.PURGED:
            self._act(f"purge {word('volume', name)} yes")
        volume = self.volume(name)
        if volume.state is not VolumeState.PURGED:
            raise errors.nameless("purge", f"{name} is {volume.state} still.")
        return volume

    def plan_truncate(self, name: str) -> VolumePlan:
        """Tell that nothing more is lost than purging has forgotten."""
        volume = self._unused(name)
        if volume.state is not VolumeState.PURGED:
            raise VolumeInUse(f"{name} is {volume.state}: purge it first.")
        return VolumePlan(act="truncate", volume=volume, runs=self._runs_on(name))

    def truncate(self, name: str, *, drive: int = 0) -> Volume:
        """Cut a purged volume back to its label."""
        volume = self.plan_truncate(name).volume
        if volume.bytes <= LABEL_BYTES:
            return volume
        which = f"volstatus=Purged {word('volume', name)} drive={int(drive)}"
        self._act(f"truncate {which} yes")
        after = self.volume(name)
        if after.bytes >= volume.bytes:
            raise errors.nameless(
                "truncate", f"{name} is as large as before. Is it disabled, or not to be recycled?"
            )
        return after

    def plan_delete(self, name: str) -> VolumePlan:
        """Tell which runs go with a volume."""
        return self._plan_of_all("delete", name)

    def delete(self, name: str) -> None:
        """Take a volume and its runs out of the catalog."""
        self._unused(name)
        self._act(f"delete {word('volume', name)} yes")
        if any(one.name == name for one in self.volumes()):
            raise errors.nameless("delete", f"{name} is in the catalog still.")

    def update_slots(self, storage: str, *, drive: int = 0, scan: bool = False) -> SlotsUpdate:
        """Let the catalog know what lies where."""
        (on,) = names.known(self._console, (names.STORAGE, storage))
        order = command("update slots", "scan" if scan else None, on, f"drive={int(drive)}")
        said = self._console.read(order, timeout_s=BUILDING_S)
        if refused := bacula_errors.of_text(_UNKNOWN.sub("", said)):
            raise refused
        if "slot" not in said.lower():
            raise StorageDown(f"Storage {storage} does not answer.", original=said)
        return SlotsUpdate(known=tuple(_KNOWN.findall(said)), unknown=tuple(_UNKNOWN.findall(said)))

    # -- inside

    def _act(self, order: str) -> None:
        self._console.ask(order, timeout_s=BUILDING_S)

    def _plan_of_all(self, act: str, name: str) -> VolumePlan:
        return VolumePlan(act=act, volume=self._unused(name), runs=self._runs_on(name))

    def _unused(self, name: str) -> Volume:
        """Return a volume that no run writes or reads now; VolumeInUse."""
        volume = self.volume(name)
        if not self._live():
            return volume
        storages = [volume.storage] if volume.storage else [one.name for one in self.storages()]
        for storage in storages:
            if self._may_be_used_on(storage, volume):
                raise VolumeInUse(f"A run uses {name} now, or may do so, on storage {storage}.")
        return volume

    def _may_be_used_on(self, storage: str, volume: Volume) -> bool:
        """Tell whether a storage uses a volume; yes when it cannot tell."""
        try:
            told = self._console.read(f"status {word('storage', storage)}")
        except BackupError:
            return True
        return "Running Jobs:" not in told or volume.name in status.volumes(told)
