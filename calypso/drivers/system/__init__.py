"""The machine itself as a driver: its releases, its services, its configuration."""
