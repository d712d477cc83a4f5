"""What the engine costs beside its peers: measured in turns, in one run, on one machine."""
