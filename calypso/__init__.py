"""The control plane of a backup appliance: jobs, drivers, schedules, retention."""

__version__ = "0.1.0"
