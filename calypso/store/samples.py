"""How columns of inventory tables were, hour by hour; part of `engine.ports.InventoryStore`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from calypso.models.clock import now
from calypso.models.inventory import Sample
from calypso.store.asking import Asking

KEPT = timedelta(days=400)  # a year, and a month to compare with
MOST = 20_000
TAKE = """
INSERT INTO calypso.inventory_samples (name, node, key, at, data)
SELECT name, node, key, date_trunc('hour', now()),
       (SELECT jsonb_object_agg(one, data -> one) FROM unnest(%s::text[]) AS one)
  FROM calypso.inventory i WHERE name = %s AND node = %s
   AND NOT EXISTS (SELECT 1 FROM calypso.inventory_samples s
        WHERE (s.name, s.node, s.key) = (i.name, i.node, i.key)
          AND s.at = date_trunc('hour', now()))
ON CONFLICT DO NOTHING"""
FORGET = "DELETE FROM calypso.inventory_samples WHERE name = %s AND at < %s"
# The last of each step: of an hour the only one, of a day that of its evening.
LIST = """
SELECT DISTINCT ON (step, node, key) node, key, at, data FROM (
  SELECT node, key, at, data, date_trunc(%s, at AT TIME ZONE 'UTC') AS step
    FROM calypso.inventory_samples
   WHERE name = %s AND at >= %s
     AND (%s::text IS NULL OR node = %s) AND (%s::text IS NULL OR key = %s)) s
 ORDER BY step, node, key, at DESC LIMIT %s"""


class Samples(Asking):
    """Samples of tables."""

    def sample(self, table: str, node: str, columns: Sequence[str]) -> None:
        """Keep how these columns are now, once an hour however often it is asked."""
        if self._count(TAKE, list(columns), table, node):
            self._do(FORGET, table, now() - KEPT)

    def samples(
        self,
        table: str,
        *,
        since: datetime,
        step: str = "hour",
        node: str | None = None,
        key: str | None = None,
    ) -> list[Sample]:
        """Return what was kept since then, oldest first; of each `step` (hour, day) the last."""
        rows = self._rows(LIST, step, table, since, node, node, key, key, MOST)
        return [Sample(node=one.node, key=one.key, at=one.at, values=one.data) for one in rows]
