"""One folder per subsystem: the protocol its jobs speak to, then one folder per product."""
