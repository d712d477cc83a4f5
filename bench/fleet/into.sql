INSERT INTO calypso.{jobs} (id, seq, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind, source_id, request_key, request_hash, parent_id,
    cancel_class, control, state, attempt, max_attempts, losses, epoch, progress, result, error, warnings, created_at, queued_at, started_at, heartbeat_at, finished_at, slot)
  {numbered} SELECT id, n, type, subsystem, node, queue, title, 0, params, locks, requested_by, source_kind, source_id, request_key, request_hash, parent_id,
    'anytime', control, state, 1, 3, 0, 1, progress, result, error, warnings, created_at, created_at, started_at, finished_at, finished_at, CASE WHEN schedule_id IS NOT NULL THEN created_at END
  FROM batch ORDER BY n;
INSERT INTO calypso.{events} (id, xact, job_id, at, epoch, type, data{more})
  {numbered} SELECT b.n * 4 + e.k, pg_current_xact_id(), b.id, e.at, CASE WHEN e.k > 1 THEN 1 ELSE 0 END, e.type, e.data{of_job}
  FROM batch b CROSS JOIN LATERAL (VALUES
    (0, b.created_at, 'submitted', jsonb_build_object('state', CASE WHEN b.waited THEN 'waiting' ELSE 'queued' END, 'reason', CASE WHEN b.waited THEN 'lock' END)),
    (1, b.started_at, 'queued', NULL::jsonb),
    (2, b.started_at, 'started', jsonb_build_object('worker', b.id, 'attempt', 1)),
    (3, b.finished_at, b.state::text, CASE WHEN b.error IS NOT NULL THEN jsonb_build_object('error', b.error) END)) e(k, at, type, data)
  WHERE b.waited OR e.k <> 1 ORDER BY b.n, e.k;
INSERT INTO calypso.{log} (job_id, start, bytes, data{more})
  SELECT b.id, 0, length(l.log), l.log{of_job} FROM batch b CROSS JOIN LATERAL (SELECT bench.log(b.n, b.started_at, b.commands) AS log) l ORDER BY b.n;
INSERT INTO calypso.schedule_fires (schedule_id, slot, decision, reason, detail, job_id, decided_at)
  SELECT schedule_id, created_at, 'fired', 'on_time', 'On time.', id, created_at FROM batch WHERE schedule_id IS NOT NULL ORDER BY n;
