-- As before, and: a job that may simply run again has begun when it is claimed. Nothing is to be known of it before its first effect, which
-- saves a write of every short job. A worker that knows it runs nothing disowns what it was given in an answer that never came.
CREATE OR REPLACE FUNCTION calypso.claim(_node text, _queue text, _worker uuid, _lease interval) RETURNS SETOF calypso.jobs LANGUAGE plpgsql AS $$
DECLARE
  i uuid;
  j calypso.jobs;
BEGIN
  SELECT b.id INTO i FROM calypso.jobs b WHERE b.node = _node AND b.queue = _queue AND b.state = 'queued'
    ORDER BY b.priority DESC, b.seq FOR NO KEY UPDATE SKIP LOCKED LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE calypso.jobs b SET state = 'running', epoch = epoch + 1, attempt = attempt + 1, worker_id = _worker, lease_until = now() + _lease,
    heartbeat_at = now(), started_at = now(), begun_at = CASE WHEN on_lost = 'requeue' AND cancel_at IS NULL THEN now() END, progress = NULL WHERE b.id = i RETURNING * INTO j;
  INSERT INTO calypso.job_events (job_id, epoch, type, data) VALUES (i, j.epoch, 'started', jsonb_build_object('worker', _worker, 'attempt', j.attempt));
  RETURN NEXT j;
END $$;
ALTER FUNCTION calypso.claim(text, text, uuid, interval) SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off;
