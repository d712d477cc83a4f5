"""mhvtl: virtual tape libraries that the kernel shows as real SCSI devices."""
