"""What a sweep asks: where something came due, and which queues nobody heard of.

One look for all nodes, which skips through an index from node to node: what it costs grows with
those that have timers or queued jobs, not with jobs, and a fleet at rest costs next to nothing.
"""

_TIMED = "state = 'waiting' AND wait_reason IN ('run_at', 'backoff')"
MOST_NEEDS = 1000  # ended jobs that others need, looked at in one sweep; then the next
# What nobody waits for is due where the needed job was: promote() takes it away.
DUE = f"""
WITH RECURSIVE timed AS (
  (SELECT j.node FROM calypso.jobs j WHERE {_TIMED} ORDER BY j.node LIMIT 1)
  UNION ALL
  SELECT (SELECT j.node FROM calypso.jobs j WHERE {_TIMED} AND j.node > t.node
           ORDER BY j.node LIMIT 1) FROM timed t WHERE t.node IS NOT NULL)
SELECT t.node FROM timed t WHERE EXISTS (
  SELECT 1 FROM calypso.jobs j WHERE {_TIMED} AND j.node = t.node AND j.run_at <= now())
UNION
SELECT d.node FROM calypso.lock_dirty d
UNION
SELECT coalesce(w.node, needed.node)
  FROM (SELECT r.needs FROM calypso.dep_ready r ORDER BY r.id LIMIT {MOST_NEEDS}) r
  LEFT JOIN calypso.jobs w
    ON w.wait_on = r.needs::text AND w.state = 'waiting' AND w.wait_reason = 'after'
  LEFT JOIN calypso.jobs needed ON needed.id = r.needs
 WHERE coalesce(w.node, needed.node) IS NOT NULL"""  # noqa: S608 - fixed words
MOST_HINTS = 200  # nobody rings more often for one queue
STARVING = f"""
WITH RECURSIVE q AS (
  (SELECT j.node, j.queue FROM calypso.jobs j WHERE j.state = 'queued'
    ORDER BY j.node, j.queue LIMIT 1)
  UNION ALL
  SELECT n.node, n.queue FROM q CROSS JOIN LATERAL (
    SELECT j.node, j.queue FROM calypso.jobs j
     WHERE j.state = 'queued' AND (j.node, j.queue) > (q.node, q.queue)
     ORDER BY j.node, j.queue LIMIT 1) n)
SELECT q.queue, c.jobs FROM q CROSS JOIN LATERAL (
  SELECT count(*) AS jobs FROM (
    SELECT 1 FROM calypso.jobs j
     WHERE j.state = 'queued' AND j.node = q.node AND j.queue = q.queue
       AND j.queued_at < now() - make_interval(secs => %s) LIMIT {MOST_HINTS}) x) c
 WHERE c.jobs > 0"""  # noqa: S608 - fixed words
STARVING_HERE = "SELECT queue, jobs FROM calypso.starving(%s, make_interval(secs => %s))"
