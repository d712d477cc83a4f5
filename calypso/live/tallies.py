"""Counts that many processes add up: one hash for each node.

A restart of Redis begins at zero, which is what those who scrape counters expect.
"""

from collections.abc import Mapping

import redis

NODES = "calypso:live:counts"
MOST_NODES = 5000
KEPT_S = 7 * 86400  # after the last word of a node that is no more


def add(client: "redis.Redis", node: str, counts: Mapping[str, float]) -> bool:
    """Add to a node's counts, all or none."""
    key = f"{NODES}:{node}"
    with client.pipeline(transaction=True) as packet:
        for field, by in counts.items():
            packet.hincrbyfloat(key, field, by)
        packet.expire(key, KEPT_S)
        packet.sadd(NODES, node)
        packet.execute()
    return True


def read(client: "redis.Redis") -> Mapping[str, Mapping[str, float]]:
    """Return the counts of every node; one that has said nothing for a week is forgotten."""
    nodes = sorted(str(node) for node in client.sscan_iter(NODES, count=1000))[:MOST_NODES]
    with client.pipeline(transaction=False) as packet:
        for node in nodes:
            packet.hgetall(f"{NODES}:{node}")
        found = dict(zip(nodes, packet.execute(), strict=True))
    if gone := [node for node, kept in found.items() if not kept]:
        client.srem(NODES, *gone)
    return {
        node: {field: float(by) for field, by in kept.items()}
        for node, kept in found.items()
        if kept
    }
