"""Volumes: to label, empty and forget them."""

import re
from contextlib import suppress
from datetime import timedelta

from calypso.drivers.backup.bacula import errors, names, status
from calypso.drivers.backup.bacula.answers import Answer
from calypso.drivers.backup.bacula.asking import BUILDING_S
from calypso.drivers.backup.bacula.restores import Restores
from calypso.drivers.backup.bacula.text import command, numbers, word
from calypso.drivers.backup.refusals import (
    BackupError,
    StorageDown,
    Unsupported,
    VolumeExists,
    VolumeFaulty,
    VolumeInUse,
    VolumeMissing,
)
from calypso.drivers.backup.values import SlotsUpdate, Volume, VolumePlan, VolumeState
from calypso.models.clock import now

_CREATED = re.compile(r'Catalog record for Volume "([^"]+)", Slot \d+\s+successfully created')
_KNOWN = re.compile(r'Catalog record for Volume "([^"]+)" (?:is up to date|updated)')
_UNKNOWN = re.compile(r'Volume "([^"]+)" not found in catalog')
_SLOTLESS = re.compile(r"Device \".*\" has 0 slots|No slots in changer")
_WHICH_TO_LABEL = "Do you want to label these Volumes?"
_PRUNABLE = (VolumeState.FULL, VolumeState.USED, VolumeState.PURGED)


class Volumes(Restores):
    """Acts on volumes."""

    def volumes(self) -> list[Volume]:
        """List the volumes, by name."""
        return self._catalog.volumes()

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
        if any(one.name == volume for one in self.volumes()):
            raise VolumeExists(f"The catalog has a volume {volume} already.")
        with self._session() as talk:
            order = command(
                "label",
                names.known(talk, names.STORAGE, storage),
                told,
                names.known(talk, names.POOL, pool),
                f"slot={int(slot)} drive={int(drive)}",
            )
            said = talk.ask(order, timeout_s=BUILDING_S)
        if volume not in _CREATED.findall(said.text):
            raise _not_labelled(said)
        return self.volume(volume)

    def label_barcodes(
        self, storage: str, pool: str, *, slots: tuple[int, ...], drive: int = 0
    ) -> list[Volume]:
        """Label what lies in these slots by barcode; returns the volumes that were labelled."""
        with self._session() as talk:
            order = command(
                "label barcodes",
                names.known(talk, names.STORAGE, storage),
                names.known(talk, names.POOL, pool),
                numbers("slots", slots),
                f"drive={int(drive)} yes",
            )
            said = talk.ask(order, replies={_WHICH_TO_LABEL: "yes"}, timeout_s=BUILDING_S,
                            warnings_pass=True)  # fmt: skip
        _refuse_slotless(storage, said.text)
        labelled = _CREATED.findall(said.text)
        if not labelled:
            raise _not_labelled(said)
        return [one for one in self.volumes() if one.name in labelled]

    # -- to forget what is on them

    def plan_prune(self, name: str) -> VolumePlan:
        """Tell which runs pruning would forget."""
        volume = self.volume(name)
        if volume.state not in _PRUNABLE:
            raise VolumeInUse(
                f"{name} is {volume.state}: only a volume that is Full or Used can be pruned."
            )
        return self._plan("prune", volume, is_old=True)

    def prune(self, name: str) -> Volume:
        """Forget the runs of a volume that need not be kept."""
        self.plan_prune(name)
        self._warned(f"prune {word('volume', name)} yes")
        return self.volume(name)

    def plan_purge(self, name: str) -> VolumePlan:
        """Tell which runs purging would forget."""
        return self._plan("purge", self._unused(name))

    def purge(self, name: str) -> Volume:
        """Forget all runs of a volume."""
        self._unused(name)
        said = self._warned(f"purge {word('volume', name)}")
        volume = self.volume(name)
        if volume.state is not VolumeState.PURGED:
            raise errors.nameless("purge", said.text)
        return volume

    def plan_truncate(self, name: str) -> VolumePlan:
        """Tell that nothing more is lost than purging has forgotten."""
        volume = self._unused(name)
        if volume.state is not VolumeState.PURGED:
            raise VolumeInUse(f"{name} is {volume.state}: purge it first.")
        return self._plan("truncate", volume)

    def truncate(self, name: str, *, drive: int = 0) -> Volume:
        """Cut a purged volume back to its label."""
        volume = self.plan_truncate(name).volume
        with self._session() as talk:
            order = command(
                "truncate",
                word("volume", name),
                names.known(talk, names.STORAGE, self._storage_of(volume)),
                f"drive={int(drive)} yes",
            )
            said = talk.ask(order, timeout_s=BUILDING_S).text
        if "Truncate not allowed" in said:
            raise Unsupported(
                f"The pool of {name} does not allow it: it needs Action On Purge = Truncate.",
                original=said,
            )
        if "has been truncated" not in said:
            raise errors.of_text(said) or errors.nameless("truncate", said)
        return self.volume(name)

    def plan_delete(self, name: str) -> VolumePlan:
        """Tell which runs go with a volume."""
        return self._plan("delete", self._unused(name))

    def delete(self, name: str) -> None:
        """Take a volume and its runs out of the catalog."""
        self._unused(name)
        said = self._warned(f"delete {word('volume', name)} yes")
        if any(one.name == name for one in self.volumes()):
            raise errors.nameless("delete", said.text)

    def update_slots(self, storage: str, *, drive: int = 0, scan: bool = False) -> SlotsUpdate:
        """Let the catalog know what lies where."""
        with self._session() as talk:
            order = command(
                "update slots",
                "scan" if scan else None,
                names.known(talk, names.STORAGE, storage),
                f"drive={int(drive)}",
            )
            said = talk.ask(order, timeout_s=BUILDING_S, warnings_pass=True).text
        if "Failed to connect" in said or "slots" not in said:
            raise StorageDown(f"Storage {storage} does not answer.", original=said)
        _refuse_slotless(storage, said)
        return SlotsUpdate(known=tuple(_KNOWN.findall(said)), unknown=tuple(_UNKNOWN.findall(said)))

    # -- inside

    def _plan(self, act: str, volume: Volume, *, is_old: bool = False) -> VolumePlan:
        if not is_old:
            runs = self._catalog.runs_on(volume.name)
        elif volume.expires_at is None or volume.last_written_at is None:
            runs = ()
        else:
            retention: timedelta = volume.expires_at - volume.last_written_at
            runs = self._catalog.runs_on(volume.name, older_than=now() - retention)
        return VolumePlan(act=act, volume=volume, runs=runs)

    def _warned(self, order: str) -> Answer:
        """Give a command that warns also when all is well."""
        with self._session() as talk:
            return talk.ask(order, timeout_s=BUILDING_S, warnings_pass=True)

    def _unused(self, name: str) -> Volume:
        """Return a volume that no run writes or reads now; VolumeInUse."""
        volume = self.volume(name)
        live = self._live()
        storages = {one.get(key, "") for one in live for key in ("storage", "rstorage")} - {""}
        for storage in storages:
            if self._is_used_on(storage, volume):
                raise VolumeInUse(f"A run uses {name} now, or may do so, on storage {storage}.")
        return volume

    def _is_used_on(self, storage: str, volume: Volume) -> bool:
        """Tell whether a storage with live runs uses a volume; yes when its own cannot tell."""
        with suppress(BackupError), self._session() as talk:
            told = talk.status(f".status {word('storage', storage)} running").text
            if "Failed to connect" not in told:
                return volume.name in status.volumes(told)
        return volume.storage in (None, storage)

    def _storage_of(self, volume: Volume) -> str:
        if volume.storage:
            return volume.storage
        for storage in self.storages():
            if storage.media_type == volume.media_type:
                return storage.name
        raise Unsupported(f"No storage takes {volume.name} of type {volume.media_type}.")


def _refuse_slotless(storage: str, said: str) -> None:
    """Refuse a storage without a changer, or with one of no slots: folders that pass for one."""
    if _SLOTLESS.search(said):
        raise Unsupported(f"Storage {storage} has no changer with slots.", original=said)


def _not_labelled(said: Answer) -> BackupError:
    if found := errors.of_text(said.text):
        return found
    if "Sending label command" not in said.text:
        return VolumeMissing("No medium to be labelled lies there.", original=said.text)
    return VolumeFaulty("The label was not written.", original=said.text)
