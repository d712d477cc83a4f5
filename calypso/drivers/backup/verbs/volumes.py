"""What a backup product does with volumes."""

from typing import Protocol

from calypso.drivers.backup.values import SlotsUpdate, Volume, VolumePlan


class VolumeVerbs(Protocol):
    """Acts on volumes, by name: VolumeMissing, StorageMissing, BackupPoolMissing, StorageDown.

    A `plan_…` tells what its act will lose, and refuses as the act would; the act changes nothing
    when it refuses.
    """

    def volumes(self) -> list[Volume]:
        """List the volumes, by name."""

    def volume(self, name: str) -> Volume:
        """Return one volume."""

    def label(
        self, storage: str, volume: str, pool: str, *, slot: int = 0, drive: int = 0
    ) -> Volume:
        """Write a label and note the volume in the catalog; returns it.

        VolumeExists when the catalog or the medium has one already. VolumeFaulty.
        """

    def label_barcodes(
        self, storage: str, pool: str, *, slots: tuple[int, ...], drive: int = 0
    ) -> list[Volume]:
        """Label what lies in these slots by barcode; returns the volumes that were labelled.

        VolumeMissing when none of them has a medium to be labelled.
        """

    def plan_prune(self, name: str) -> VolumePlan:
        """Tell which runs pruning would forget: those older than the volume's retention."""

    def prune(self, name: str) -> Volume:
        """Forget the runs of a volume that need not be kept; returns it. Twice is as good as once.

        VolumeInUse while it is not written to its end.
        """

    def plan_purge(self, name: str) -> VolumePlan:
        """Tell which runs purging would forget: all on the volume."""

    def purge(self, name: str) -> Volume:
        """Forget all runs of a volume, whatever was to be kept; returns it. VolumeInUse."""

    def plan_truncate(self, name: str) -> VolumePlan:
        """Tell that nothing more is lost than purging has forgotten. VolumeInUse unless purged."""

    def truncate(self, name: str, *, drive: int = 0) -> Volume:
        """Cut a purged volume back to its label; returns it. Unsupported by its pool."""

    def plan_delete(self, name: str) -> VolumePlan:
        """Tell which runs go with a volume: all on it."""

    def delete(self, name: str) -> None:
        """Take a volume and its runs out of the catalog. The medium stays as it is. VolumeInUse."""

    def update_slots(self, storage: str, *, drive: int = 0, scan: bool = False) -> SlotsUpdate:
        """Let the catalog know what lies where; `scan`: read each label, which takes minutes."""
