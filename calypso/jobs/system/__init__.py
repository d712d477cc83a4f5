"""Job types of the system subsystem."""
