"""What a large history and many nodes cost: measured at several sizes, and drawn out from there."""
