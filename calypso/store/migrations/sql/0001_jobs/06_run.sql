-- queued means "locks held", so a claim touches one row and never waits. An empty answer is a hint too: a row locked this instant is skipped.
CREATE FUNCTION calypso.claim(_node text, _queue text, _worker uuid, _lease interval) RETURNS SETOF calypso.jobs LANGUAGE plpgsql AS $$
DECLARE
  i uuid;
  j calypso.jobs;
BEGIN
  SELECT b.id INTO i FROM calypso.jobs b WHERE b.node = _node AND b.queue = _queue AND b.state = 'queued'
    ORDER BY b.priority DESC, b.seq FOR NO KEY UPDATE SKIP LOCKED LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE calypso.jobs b SET state = 'running', epoch = epoch + 1, attempt = attempt + 1, worker_id = _worker, lease_until = now() + _lease,
    heartbeat_at = now(), started_at = now(), begun_at = NULL, progress = NULL WHERE b.id = i RETURNING * INTO j;
  PERFORM calypso.note(i, j.epoch, 'started', jsonb_build_object('worker', _worker, 'attempt', j.attempt));
  RETURN NEXT j;
END $$;
ALTER FUNCTION calypso.claim(text, text, uuid, interval) SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off;

-- Called just before the first act with an effect. ok | cancel (do not start, finish as cancelled) | fenced
CREATE FUNCTION calypso.begin(_id uuid, _epoch bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  c timestamptz;
BEGIN
  UPDATE calypso.jobs SET begun_at = CASE WHEN cancel_at IS NULL THEN now() END WHERE id = _id AND epoch = _epoch AND state = 'running' RETURNING cancel_at INTO c;
  RETURN CASE WHEN NOT FOUND THEN 'fenced' WHEN c IS NOT NULL THEN 'cancel' ELSE 'ok' END;
END $$;

-- One call per worker for all its jobs. A job NOT returned is fenced: kill its processes. Rows are locked in id order (two beats of one worker may meet).
CREATE FUNCTION calypso.heartbeat(_worker uuid, _ids uuid[], _epochs bigint[], _progress jsonb[], _lease interval) RETURNS TABLE (id uuid, cancel boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  UPDATE calypso.workers w SET seen_at = now() WHERE w.id = _worker;
  RETURN QUERY
    WITH x AS (SELECT * FROM unnest(_ids, _epochs, _progress) AS x(i, e, p)),
      l AS MATERIALIZED (SELECT j.id FROM calypso.jobs j WHERE j.id = ANY (_ids) AND j.state = 'running' ORDER BY j.id FOR NO KEY UPDATE)
    UPDATE calypso.jobs j SET lease_until = now() + _lease, heartbeat_at = now(), progress = coalesce(x.p, j.progress) FROM x JOIN l ON l.id = x.i
      WHERE j.id = l.id AND j.epoch = x.e AND j.worker_id = _worker AND j.state = 'running' RETURNING j.id, j.cancel_at IS NOT NULL;
END $$;

-- outcome: succeeded | failed | cancelled | retry. Answers the new state, or 'fenced'.
CREATE FUNCTION calypso.finish(_id uuid, _epoch bigint, _outcome text, _result jsonb, _error jsonb, _warnings jsonb, _progress jsonb, _retry_in interval) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  st calypso.job_state;
  n text;
  h boolean;
BEGIN
  PERFORM calypso.open_for(_id);
  WITH t AS (
    SELECT id, (CASE WHEN _outcome <> 'retry' THEN _outcome WHEN cancel_at IS NOT NULL THEN 'cancelled' WHEN attempt < max_attempts THEN 'waiting' ELSE 'failed' END)::calypso.job_state AS st
    FROM calypso.jobs WHERE id = _id AND epoch = _epoch AND state = 'running' FOR NO KEY UPDATE)
  UPDATE calypso.jobs j SET state = t.st, worker_id = NULL, lease_until = NULL,
      finished_at = CASE WHEN t.st <> 'waiting' THEN now() END,
      wait_reason = CASE WHEN t.st = 'waiting' THEN 'backoff' END,
      wait_since = CASE WHEN t.st = 'waiting' THEN now() END,
      run_at = CASE WHEN t.st = 'waiting' THEN now() + _retry_in ELSE run_at END,
      warnings = coalesce(_warnings, warnings), progress = coalesce(_progress, progress),
      result = CASE WHEN t.st = 'succeeded' THEN _result ELSE result END,
      error = CASE WHEN t.st <> 'succeeded' THEN coalesce(_error, error) END
    FROM t WHERE j.id = t.id RETURNING j.state, j.node, j.has_locks INTO st, n, h;
  IF NOT FOUND THEN RETURN 'fenced'; END IF;
  PERFORM calypso.note(_id, _epoch, st::text, CASE WHEN st = 'waiting' THEN jsonb_build_object('reason', 'backoff', 'error', _error)
                                                   WHEN _error IS NOT NULL AND st <> 'succeeded' THEN jsonb_build_object('error', _error) END);
  PERFORM calypso.ended(_id, n, h, st = 'waiting');
  RETURN st::text;
END $$;

-- One commit instead of two. Finish FIRST: the book must not be opened with a claimed row in hand.
CREATE FUNCTION calypso.finish_and_claim(_id uuid, _epoch bigint, _outcome text, _result jsonb, _error jsonb, _warnings jsonb, _progress jsonb, _retry_in interval,
    _node text, _queue text, _worker uuid, _lease interval) RETURNS TABLE (finished text, next calypso.jobs) LANGUAGE plpgsql AS $$
BEGIN
  finished := calypso.finish(_id, _epoch, _outcome, _result, _error, _warnings, _progress, _retry_in);
  SELECT * INTO next FROM calypso.claim(_node, _queue, _worker, _lease);
  RETURN NEXT;
END $$;

CREATE FUNCTION calypso.remember(_id uuid, _epoch bigint, _external text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calypso.jobs SET external = _external WHERE id = _id AND epoch = _epoch AND state = 'running';
  RETURN FOUND;
END $$;

-- Add pieces (each at most 16 KiB, cut between characters) to the log of a running job. Beyond the limit the first and the
-- last half of it are kept. Small pieces join the last chunk, so that an hour of lines is not an hour of rows.
CREATE FUNCTION calypso.append_log(_id uuid, _epoch bigint, _pieces bytea[], _limit bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  last record;
  size bigint := 0;
  piece bytea;
BEGIN
  PERFORM 1 FROM calypso.jobs WHERE id = _id AND epoch = _epoch AND state = 'running' FOR SHARE;  -- its end waits for us, or we see it
  IF NOT FOUND THEN RETURN false; END IF;
  SELECT l.start, l.bytes INTO last FROM calypso.job_log l WHERE l.job_id = _id ORDER BY l.start DESC LIMIT 1;
  IF FOUND THEN size := last.start + last.bytes; END IF;
  FOREACH piece IN ARRAY _pieces LOOP
    IF size > 0 AND last.bytes + length(piece) <= least(16384, _limit / 8) THEN
      UPDATE calypso.job_log SET data = data || piece, bytes = bytes + length(piece) WHERE job_id = _id AND start = last.start;
      last.bytes := last.bytes + length(piece);
    ELSE
      INSERT INTO calypso.job_log (job_id, start, bytes, data) VALUES (_id, size, length(piece), piece) RETURNING start, bytes INTO last;
    END IF;
    size := size + length(piece);
  END LOOP;
  IF size > _limit THEN
    DELETE FROM calypso.job_log WHERE job_id = _id AND start + bytes > _limit / 2 AND start < size - _limit / 2;
  END IF;
  RETURN true;
END $$;
