"""Tables of the tape subsystem."""
