-- {traceparent, request_id} of the request that asked for the job; not kept in history.
ALTER TABLE calypso.jobs ADD COLUMN trace jsonb;

-- As before, and with the trace.
-- verdict: created | same (replay) | duplicate (dedupe_key is busy) | conflict (request_key was used for another request)
-- job: the row as stored, for `created` only; the others belong to an earlier request.
CREATE OR REPLACE FUNCTION calypso.take_in(s jsonb) RETURNS TABLE (id uuid, verdict text, state calypso.job_state, job calypso.jobs) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  _id uuid := (s->>'id')::uuid;
  who text := s->>'requested_by';
  k text := s->>'request_key';
  dk text := s->>'dedupe_key';
  locks boolean := jsonb_array_length(s->'locks') > 0;
  due timestamptz := (s->>'not_before')::timestamptz;
  even boolean := (s->>'run_even_if_failed')::boolean;
  deps uuid[];
  seen uuid[];
  open_deps uuid[];
  bad boolean := false;
  why text;
  j calypso.jobs;
  x record;
BEGIN
  IF locks THEN PERFORM calypso.book(s->>'node'); END IF;
  IF s->'after' <> '[]' THEN SELECT array_agg(DISTINCT v::uuid) INTO deps FROM jsonb_array_elements_text(s->'after') v; END IF;
  IF deps IS NOT NULL THEN  -- FOR SHARE: a needed job cannot end between our look and our commit (lost wake-up)
    SELECT array_agg(q.id), array_agg(q.id) FILTER (WHERE q.state IN ('waiting', 'queued', 'running')), coalesce(bool_or(q.state IN ('failed', 'cancelled', 'lost')), false)
      INTO seen, open_deps, bad FROM (SELECT b.id, b.state FROM calypso.jobs b WHERE b.id = ANY (deps) ORDER BY b.id FOR SHARE) q;
    bad := NOT even AND (bad OR NOT calypso.all_succeeded(deps, seen));
  END IF;
  why := CASE WHEN open_deps IS NOT NULL OR bad THEN 'after' WHEN due > now() THEN 'run_at' WHEN locks THEN 'lock' END;
  IF k IS NOT NULL THEN  -- a key stays taken when its job has moved to history
    SELECT h.id, CASE WHEN h.request_hash IS DISTINCT FROM s->>'request_hash' THEN 'conflict' ELSE 'same' END AS v, h.state INTO x
      FROM calypso.jobs_history h WHERE h.requested_by = who AND h.request_key = k LIMIT 1;
    IF FOUND THEN id := x.id; verdict := x.v; state := x.state; RETURN NEXT; RETURN; END IF;
  END IF;
  LOOP  -- until we own a row or see the one that beat us, which may end between our insert and our look
    INSERT INTO calypso.jobs AS b (id, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind, source_id, request_key, request_hash,
        dedupe_key, parent_id, plan_hash, cancel_class, control, run_even_if_failed, state, wait_reason, wait_on, wait_since, has_locks, run_at, max_attempts, on_lost, queued_at, trace)
      VALUES (_id, s->>'type', s->>'subsystem', s->>'node', s->>'queue', s->>'title', (s->>'priority')::int, s->'params', s->'locks', who, s->>'source_kind', s->>'source_id', k, s->>'request_hash',
        dk, (s->>'parent_id')::uuid, s->>'plan_hash', s->>'cancel', (s->>'control')::boolean, even, (CASE WHEN why IS NULL THEN 'queued' ELSE 'waiting' END)::calypso.job_state, why,
        CASE WHEN why = 'after' THEN coalesce(open_deps[1], deps[1])::text END, CASE WHEN why IS NOT NULL THEN now() END, locks, due,
        (s->>'max_attempts')::int, s->>'on_lost', CASE WHEN why IS NULL THEN now() END, nullif(s->'trace', 'null'))
      ON CONFLICT DO NOTHING RETURNING b.* INTO j;
    EXIT WHEN FOUND;
    SELECT b.id, CASE WHEN k IS NOT NULL AND b.request_key = k AND b.requested_by = who AND b.request_hash IS DISTINCT FROM s->>'request_hash' THEN 'conflict'
                      WHEN b.id = _id OR (k IS NOT NULL AND b.request_key = k AND b.requested_by = who) THEN 'same' ELSE 'duplicate' END AS v, b.state INTO x
      FROM (SELECT 1 AS o, b.* FROM calypso.jobs b WHERE b.requested_by = who AND b.request_key = k
            UNION ALL SELECT 2, b.* FROM calypso.jobs b WHERE b.id = _id
            UNION ALL SELECT 3, b.* FROM calypso.jobs b WHERE b.dedupe_key = dk AND b.state IN ('waiting', 'queued', 'running')) b ORDER BY o LIMIT 1;
    IF FOUND THEN id := x.id; verdict := x.v; state := x.state; RETURN NEXT; RETURN; END IF;
  END LOOP;
  IF deps IS NOT NULL THEN INSERT INTO calypso.job_deps SELECT _id, unnest(deps); END IF;
  IF bad AND why = 'after' THEN INSERT INTO calypso.dep_ready (needs) VALUES (j.wait_on::uuid); END IF;  -- promote() will fail it, in one place
  IF locks THEN INSERT INTO calypso.job_locks (job_id, node, path, mode, np, seq) SELECT _id, j.node, l.path, l.mode, -j.priority, j.seq FROM calypso.lock_set(s->'locks') l; END IF;
  IF why = 'lock' THEN
    PERFORM calypso.ask(_id, false);
    SELECT b.* INTO j FROM calypso.jobs b WHERE b.id = _id;
  END IF;
  INSERT INTO calypso.job_events (job_id, epoch, type, data) VALUES (_id, 0, 'submitted', jsonb_build_object('state', j.state, 'reason', j.wait_reason));
  id := _id; verdict := 'created'; state := j.state; job := j;
  RETURN NEXT;
END $$;
