"""The control plane of a backup appliance: jobs, drivers, schedules, retention."""
