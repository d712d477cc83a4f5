"""Tables of the storage subsystem."""
