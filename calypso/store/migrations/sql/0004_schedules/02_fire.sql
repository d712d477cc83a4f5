-- Decide about one slot, with the ordinary submit in the same transaction.
--
-- The schedule must still be as the caller saw it (_version, _expected), else another scheduler, or an edit, was
-- first: `taken`. _told: {decision, reason, detail, missed}; _job: as submit() takes it, or null.
-- Lock order: the schedule's row, the books of all nodes concerned in order, then rows of jobs. Nothing locks a
-- schedule after a book.
CREATE FUNCTION calypso.fire(_id uuid, _version bigint, _expected timestamptz, _slot timestamptz, _following timestamptz, _told jsonb, _job jsonb)
RETURNS TABLE (decision text, reason text, job_id uuid, job_state calypso.job_state, cancelled uuid[]) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  how text;
  unfinished uuid[];
  done record;
  stopped uuid[] := '{}';
BEGIN
  UPDATE calypso.schedules s SET next_slot = _following, last_slot = _slot, trouble = CASE
      WHEN _told->>'decision' = 'refused' OR (_told->>'missed')::int > 0 THEN _told - 'missed' - 'decision' || jsonb_build_object('slot', _slot) END
    WHERE s.id = _id AND s.version = _version AND s.next_slot = _expected RETURNING s.spec->>'overlap' INTO how;
  IF NOT FOUND THEN RETURN QUERY SELECT 'taken', 'taken', NULL::uuid, NULL::calypso.job_state, stopped; RETURN; END IF;
  INSERT INTO calypso.schedule_fires (schedule_id, slot, decision, reason, detail, missed_slots)
    VALUES (_id, _slot, _told->>'decision', _told->>'reason', _told->>'detail', (_told->>'missed')::int) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN QUERY SELECT 'taken', 'decided_before', NULL::uuid, NULL::calypso.job_state, stopped; RETURN; END IF;
  IF _job IS NULL THEN RETURN QUERY SELECT _told->>'decision', _told->>'reason', NULL::uuid, NULL::calypso.job_state, stopped; RETURN; END IF;

  unfinished := ARRAY(SELECT j.id FROM calypso.jobs j WHERE j.source_kind = 'schedule' AND j.source_id = _id::text AND j.state IN ('waiting', 'queued', 'running') ORDER BY j.id);
  IF cardinality(unfinished) > 0 AND how = 'skip' THEN
    RETURN QUERY SELECT * FROM calypso.passed_over(_id, _slot, 'overlap', unfinished[1],
      'Job ' || unfinished[1] || ', which this schedule had started before, is unfinished.');
    RETURN;
  ELSIF cardinality(unfinished) >= 100 THEN
    RETURN QUERY SELECT * FROM calypso.passed_over(_id, _slot, 'too_many', unfinished[1],
      cardinality(unfinished) || ' jobs of this schedule are unfinished; the oldest is ' || unfinished[1] || '.');
    RETURN;
  ELSIF cardinality(unfinished) > 0 THEN
    PERFORM calypso.book(b.node) FROM (
      SELECT node FROM calypso.jobs WHERE id = ANY (unfinished) AND has_locks
      UNION SELECT _job->>'node' WHERE jsonb_array_length(_job->'locks') > 0 ORDER BY 1) b;
    IF how = 'cancel_previous' THEN stopped := calypso.cancel_for_schedule(unfinished); END IF;
    _job := _job || jsonb_build_object('after', to_jsonb(unfinished), 'run_even_if_failed', true);
  END IF;
  SELECT s.id, s.verdict, s.state INTO done FROM calypso.submit(_job) s;
  IF done.verdict = 'duplicate' THEN
    RETURN QUERY SELECT * FROM calypso.passed_over(_id, _slot, 'duplicate', done.id, 'The same work is unfinished already, as job ' || done.id || '.');
    RETURN;
  END IF;
  UPDATE calypso.jobs SET slot = _slot WHERE id = done.id;
  UPDATE calypso.schedule_fires f SET job_id = done.id WHERE f.schedule_id = _id AND f.slot = _slot;
  RETURN QUERY SELECT 'fired', _told->>'reason', done.id, done.state, stopped;
END $$;

CREATE FUNCTION calypso.passed_over(_id uuid, _slot timestamptz, _reason text, _job uuid, _detail text)
RETURNS TABLE (decision text, reason text, job_id uuid, job_state calypso.job_state, cancelled uuid[]) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calypso.schedule_fires f SET decision = 'skipped', reason = _reason, detail = _detail, job_id = _job WHERE f.schedule_id = _id AND f.slot = _slot;
  RETURN QUERY SELECT 'skipped', _reason, _job, NULL::calypso.job_state, '{}'::uuid[];
END $$;

-- In id order, their books open. What runs and cannot be cut is left alone: the new job waits for it. Answers those that run and were asked to stop.
CREATE FUNCTION calypso.cancel_for_schedule(_ids uuid[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
  i uuid;
  stopped uuid[] := '{}';
BEGIN
  FOREACH i IN ARRAY _ids LOOP
    PERFORM 1 FROM calypso.jobs WHERE id = i AND (state <> 'running' OR cancel_class <> 'before_start') FOR NO KEY UPDATE;
    IF FOUND AND calypso.cancel(i, 'schedule') = 'cancelling' THEN stopped := stopped || i; END IF;
  END LOOP;
  RETURN stopped;
END $$;

CREATE OR REPLACE FUNCTION calypso.move_to_history(_ids uuid[], _drop_before timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calypso.jobs_history (id, seq, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind,
      source_id, request_key, request_hash, parent_id, plan_hash, external, cancel_class, control, state, attempt, max_attempts, losses,
      epoch, cancel_at, cancel_by, progress, result, error, warnings, created_at, queued_at, started_at, heartbeat_at, finished_at, slot)
    SELECT id, seq, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind,
      source_id, request_key, request_hash, parent_id, plan_hash, external, cancel_class, control, state, attempt, max_attempts, losses,
      epoch, cancel_at, cancel_by, progress, result, error, warnings, created_at, queued_at, started_at, heartbeat_at, finished_at, slot
    FROM calypso.jobs WHERE id = ANY (_ids) AND finished_at >= _drop_before;
  INSERT INTO calypso.job_events_history (id, xact, job_id, at, epoch, type, data, finished_at)
    SELECT e.id, e.xact, e.job_id, e.at, e.epoch, e.type, e.data, j.finished_at
    FROM calypso.jobs j JOIN calypso.job_events e ON e.job_id = j.id WHERE j.id = ANY (_ids) AND j.finished_at >= _drop_before;
  INSERT INTO calypso.job_log_history (job_id, start, bytes, data, finished_at)
    SELECT l.job_id, l.start, l.bytes, l.data, j.finished_at
    FROM calypso.jobs j JOIN calypso.job_log l ON l.job_id = j.id WHERE j.id = ANY (_ids) AND j.finished_at >= _drop_before;
  WITH gone AS (DELETE FROM calypso.job_events WHERE job_id = ANY (_ids) RETURNING xact),
       last AS (SELECT xact FROM gone ORDER BY xact DESC LIMIT 1)
    UPDATE calypso.retired SET xact = last.xact FROM last WHERE retired.xact < last.xact;
  DELETE FROM calypso.job_log WHERE job_id = ANY (_ids);
  DELETE FROM calypso.jobs WHERE id = ANY (_ids);
END $$;

-- Has this clock jumped?
-- _drift: seconds this clock gained on the caller's since its last look. A jump is kept until somebody confirms it.
CREATE FUNCTION calypso.look_at_clock(_drift double precision, _tolerated double precision) RETURNS calypso.clock LANGUAGE plpgsql AS $$
DECLARE
  c calypso.clock;
  back double precision;
BEGIN
  SELECT * INTO c FROM calypso.clock;
  back := extract(epoch FROM c.ticked_at - clock_timestamp());
  IF greatest(back, abs(_drift)) > _tolerated THEN
    UPDATE calypso.clock SET ticked_at = clock_timestamp(), jumped_at = clock_timestamp(), jump_s = CASE WHEN back > _tolerated THEN -back ELSE _drift END RETURNING * INTO c;
  ELSIF back < -10 THEN
    UPDATE calypso.clock SET ticked_at = clock_timestamp() RETURNING * INTO c;
  END IF;
  RETURN c;
END $$;
