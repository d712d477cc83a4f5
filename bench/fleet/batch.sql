-- Ended jobs number %(first)s to %(last)s of %(total)s, evenly over %(days)s days until %(until)s.
CREATE TEMP TABLE batch ON COMMIT DROP AS
SELECT n, bench.id(n, t.created_at) AS id, k.type, k.subsystem, bench.node(h.node) AS node,
  k.subsystem || CASE WHEN k.control THEN '.control' ELSE '' END || '@' || bench.node(h.node) AS queue, replace(k.title, '{d}', d.d) AS title,
  replace(k.params, '{d}', d.d)::jsonb AS params, replace(k.locks, '{d}', d.d)::jsonb AS locks,
  CASE WHEN k.control OR NOT s.scheduled THEN (ARRAY['admin', 'ada', 'bob', 'grace', 'linus'])[1 + mod(h.c, 5)] ELSE 'admin' END AS requested_by,
  CASE WHEN k.control THEN 'system' WHEN s.scheduled THEN 'schedule' ELSE 'user' END AS source_kind,
  CASE WHEN k.control THEN 'plan' WHEN s.scheduled THEN bench.schedule(h.node, mod(h.c, 4))::text ELSE 'user' END AS source_id,
  CASE WHEN s.scheduled AND NOT k.control THEN bench.schedule(h.node, mod(h.c, 4)) END AS schedule_id,
  CASE WHEN NOT s.scheduled AND NOT k.control THEN 'request-' || n END AS request_key, CASE WHEN NOT s.scheduled AND NOT k.control THEN md5(n::text) || md5(n::text) END AS request_hash,
  CASE WHEN mod(h.b, 100) = 7 THEN bench.id(n - 1, t.created_at) END AS parent_id, k.control, o.state::calypso.job_state AS state,
  '{"done": null, "rate": null, "unit": null, "eta_s": null, "phase": "done", "total": null, "message": null, "percent": 100, "updated_at": "2026-01-01T00:00:00.000000Z"}'::jsonb AS progress,
  CASE WHEN o.state = 'succeeded' THEN replace(k.result, '{d}', d.d)::jsonb END AS result,
  CASE WHEN o.state <> 'succeeded' THEN jsonb_build_object('code', 'storage_dataset_missing', 'title', 'No such dataset', 'detail', 'There is no dataset tank/home' || d.d || '. Make it first, or choose another one.', 'original', 'cannot open ''tank/home' || d.d || ''': dataset does not exist') END AS error,
  CASE WHEN mod(h.b, 100) < 3 THEN '[{"code": "slow", "message": "It took twice as long as its last runs."}]' ELSE '[]' END::jsonb AS warnings,
  t.created_at, t.started_at, t.finished_at, mod(h.b, 100) < 15 AS waited, k.commands
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
CROSS JOIN LATERAL (SELECT mod(hashint8extended(n, 1) & 2147483647, %(nodes)s::bigint) + 1 AS node, hashint8extended(n, 2) & 2147483647 AS a, hashint8extended(n, 3) & 2147483647 AS b, hashint8extended(n, 4) & 2147483647 AS c) h
JOIN bench.kinds k ON k.slot = mod(h.a, 100)
CROSS JOIN LATERAL (SELECT mod(h.c, 4)::text AS d) d
CROSS JOIN LATERAL (SELECT mod(h.b, 1000) >= 80 AS scheduled) s
CROSS JOIN LATERAL (SELECT CASE WHEN mod(h.c, 1000) < 20 THEN 'failed' WHEN mod(h.c, 1000) < 28 THEN 'cancelled' WHEN mod(h.c, 1000) < 30 THEN 'lost' ELSE 'succeeded' END AS state) o
CROSS JOIN LATERAL (SELECT %(until)s::timestamptz - make_interval(secs => %(days)s * 86400.0 * (%(total)s - n) / %(total)s) AS finished_at) f
CROSS JOIN LATERAL (SELECT f.finished_at - make_interval(secs => k.took_s * (0.5 + mod(h.b, 1009) / 1009.0)) AS started_at, f.finished_at) g
CROSS JOIN LATERAL (SELECT g.started_at - make_interval(secs => 0.02 + mod(h.a, 997) / 997.0) AS created_at, g.started_at, g.finished_at) t
