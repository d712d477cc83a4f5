"""Jobs of the backup subsystem: one file each."""
