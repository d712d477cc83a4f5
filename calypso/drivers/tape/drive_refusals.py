"""How a tape drive, or the medium in it, refuses."""

from calypso.drivers.tape.drive_values import Streamed
from calypso.drivers.tape.refusals import TapeError


class DriveMissing(TapeError):
    """There is no such drive."""

    code = "tape_drive_missing"
    title = "No such drive"


class DriveUnpaired(TapeError):
    """The library does not say which of its drives is which device."""

    code = "tape_drive_unpaired"
    title = "Drive cannot be told from others"


class DriveOffline(TapeError):
    """The drive does not answer."""

    code = "tape_drive_offline"
    title = "Drive is offline"


class DriveBusy(TapeError):
    """Somebody uses the drive right now."""

    code = "tape_drive_busy"
    title = "Drive in use"


class DriveEmpty(TapeError):
    """There is no cartridge in the drive."""

    code = "tape_drive_empty"
    title = "Drive is empty"


class DriveFull(TapeError):
    """There is a cartridge in the drive already."""

    code = "tape_drive_full"
    title = "Drive is full"


class DriveNotReady(TapeError):
    """A cartridge is in the drive, and the drive is not ready with it."""

    code = "tape_drive_not_ready"
    title = "Drive is not ready"
    transient = True


class PositionUnknown(TapeError):
    """Where the tape stands is not known; rewind it, or go to its end."""

    code = "tape_position_unknown"
    title = "Position unknown"


class RemovalPrevented(TapeError):
    """The drive does not give the cartridge away."""

    code = "tape_removal_prevented"
    title = "Drive keeps the cartridge"


class WriteProtected(TapeError):
    """The tab of the cartridge forbids writing."""

    code = "tape_write_protected"
    title = "Write-protected"


class WormViolation(TapeError):
    """What is on a cartridge that is written once must not be written over."""

    code = "tape_worm_violation"
    title = "Written once"


class EndOfMedium(TapeError):
    """The cartridge is full; `streamed` says how much of the stream is on it."""

    code = "tape_end_of_medium"
    title = "Cartridge is full"

    def __init__(
        self, detail: str = "", *, original: str = "", streamed: Streamed | None = None
    ) -> None:
        super().__init__(detail, original=original)
        self.streamed = streamed or Streamed(bytes=0, blocks=0)


class EndOfData(TapeError):
    """Nothing was written beyond this point."""

    code = "tape_end_of_data"
    title = "Nothing more on the tape"


class MediumDamaged(TapeError):
    """The drive can no longer read or write what is there."""

    code = "tape_medium_damaged"
    title = "Medium is damaged"


class OutOfSpace(TapeError):
    """The disk that a virtual cartridge lies on is full, though the cartridge is not."""

    code = "tape_out_of_space"
    title = "Disk below the cartridge is full"


class MediumUnfit(TapeError):
    """The drive cannot use a cartridge of this kind."""

    code = "tape_medium_unfit"
    title = "Cartridge does not fit the drive"


class BlockTooLarge(TapeError):
    """A block on the tape is larger than what it was to be read into."""

    code = "tape_block_too_large"
    title = "Block is larger than expected"


class StreamBroken(TapeError):
    """The stream to or from the tape ended before its end."""

    code = "tape_stream_broken"
    title = "Stream broken"
