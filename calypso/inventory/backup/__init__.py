"""Tables of the backup subsystem."""
