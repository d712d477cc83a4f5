-- What %(nodes)s nodes leave in the tables of the present: their worker processes with the slots that are the default, what they see,
-- four schedules each, and of unfinished jobs a few for each.
INSERT INTO calypso.workers (id, node, subsystem, queues, pid, started, boot_id, machine_id, pid_namespace, version)
  SELECT md5(bench.node(n) || s.name || p)::uuid, bench.node(n), s.name, ARRAY[s.name || CASE WHEN p = 0 THEN '.control' ELSE '' END || '@' || bench.node(n)],
    1000 + p, 4711, md5('boot ' || n), md5('machine ' || n), '4026531836', '1.0.0'
  FROM generate_series(1, %(nodes)s) n, (VALUES ('storage', 2), ('tape', 4), ('backup', 4), ('system', 1)) s(name, slots), generate_series(0, s.slots) p;
INSERT INTO calypso.subsystems (node, subsystem, capability, observed_at)
  SELECT bench.node(n), s, jsonb_build_object('product', s, 'version', '2.3', 'available', true, 'reason', NULL, 'how_to_install', NULL), now()
  FROM generate_series(1, %(nodes)s) n, unnest(ARRAY['storage', 'tape', 'backup', 'system']) s;
INSERT INTO calypso.inventory (name, node, key, data)
  SELECT 'storage/pools', bench.node(n), 'tank', '{"health": "ONLINE", "size_bytes": 219902325555200, "allocated_bytes": 109951162777600, "fragmentation": 12}' FROM generate_series(1, %(nodes)s) n;
INSERT INTO calypso.inventory_tables (name, node, digest, observed_at)
  SELECT 'storage/pools', bench.node(n), md5(n::text), now() FROM generate_series(1, %(nodes)s) n;
INSERT INTO calypso.schedules (id, name, enabled, spec, owner, next_slot, last_slot, updated_by)
  SELECT bench.schedule(n, k), 'task ' || k || ' of ' || bench.node(n), true, s.spec, s.owner, now() + interval '1 day', now(), 'admin'
  FROM calypso.schedules s, generate_series(1, %(nodes)s) n, generate_series(0, 3) k WHERE s.name = 'pattern';
INSERT INTO calypso.jobs (id, type, subsystem, node, queue, title, params, locks, requested_by, source_kind, source_id, cancel_class, state, has_locks, attempt, max_attempts, epoch,
    worker_id, lease_until, heartbeat_at, begun_at, started_at, queued_at, wait_reason, wait_since, run_at, created_at)
  SELECT bench.id(-n * 3 - u.k, now() - interval '1 hour'), 'backup.job_run', 'backup', bench.node(n), 'backup@' || bench.node(n), 'Run backup job client' || u.k, '{"job": "client"}',
    jsonb_build_array(jsonb_build_array('backup/jobs/client' || u.k, 'X')), 'admin', 'schedule', bench.schedule(n, 0)::text, 'anytime', u.state::calypso.job_state, true, 1, 3, 1,
    CASE WHEN u.state = 'running' THEN md5(bench.node(n) || 'backup1')::uuid END, CASE WHEN u.state = 'running' THEN now() + interval '1 hour' END,
    CASE WHEN u.state = 'running' THEN now() END, CASE WHEN u.state = 'running' THEN now() END, CASE WHEN u.state = 'running' THEN now() END, CASE WHEN u.state <> 'waiting' THEN now() END,
    CASE WHEN u.state = 'waiting' THEN 'run_at' END, CASE WHEN u.state = 'waiting' THEN now() END, CASE WHEN u.state = 'waiting' THEN now() + interval '1 day' END, now() - interval '1 hour'
  FROM generate_series(1, %(nodes)s) n, (VALUES (0, 'running'), (1, 'queued'), (2, 'waiting')) u(k, state) WHERE mod(n, 2) = 0;
INSERT INTO calypso.job_locks (job_id, node, path, mode, np, seq, granted)
  SELECT j.id, j.node, l.path, l.mode, 0, j.seq, true FROM calypso.jobs j CROSS JOIN LATERAL calypso.lock_set(j.locks) l WHERE j.state IN ('running', 'queued');
-- What the events of history are is known, and nobody has them before him.
UPDATE calypso.retired SET xact = pg_current_xact_id();
UPDATE calypso.alert_cursors SET xact = pg_current_xact_id();
UPDATE calypso.schedules SET enabled = false, next_slot = NULL WHERE name = 'pattern';
SELECT setval(pg_get_serial_sequence('calypso.jobs', 'seq'), %(total)s + 10), setval(pg_get_serial_sequence('calypso.job_events', 'id'), 4 * %(total)s + 10);
DROP SCHEMA bench CASCADE;
