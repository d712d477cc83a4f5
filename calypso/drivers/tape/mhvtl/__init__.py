"""mhvtl: virtual tape libraries that the kernel shows as real SCSI devices."""

from calypso.drivers.tape.mhvtl.driver import MhvtlTape

__all__ = ["MhvtlTape"]
