"""When a node counts as silent: longer than any living one ever is."""

MARGIN_S = 30.0  # beyond a lease: a restart of the database, a slow disk, clocks that differ


def silence_s(lease_s: float) -> float:
    """Return after how many seconds without a sign of life a node counts as silent."""
    return lease_s + MARGIN_S
