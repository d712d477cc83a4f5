"""Job types of the storage subsystem."""
