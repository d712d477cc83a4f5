"""Job types of the tape subsystem."""
