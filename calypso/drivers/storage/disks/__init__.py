"""Disks of a node, for every storage product that works on them: what programs tell. Pure."""
