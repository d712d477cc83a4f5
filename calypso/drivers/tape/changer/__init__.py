"""SCSI medium changers and tape drives, physical and virtual, by mtx, mt and sg3-utils."""

from calypso.drivers.tape.changer.driver import ChangerTape

__all__ = ["ChangerTape"]
