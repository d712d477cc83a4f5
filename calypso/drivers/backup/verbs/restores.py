"""What a backup product does to bring files back."""

from typing import Protocol

from calypso.drivers.backup.run_values import RestoreSpec


class RestoreVerbs(Protocol):
    """Acts that restore."""

    def restore(self, spec: RestoreSpec, *, comment: str) -> int:
        """Start a restore and return the number of its run; `find_started` finds it again.

        NothingToRestore, RunMissing, ClientMissing, BackupJobMissing. Twice starts two.
        """
