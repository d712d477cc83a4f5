-- Ended jobs of former days, with their events and logs, one partition a month (UTC) of the end of the job.
CREATE TABLE calypso.jobs_history (
  id uuid NOT NULL,
  seq bigint NOT NULL,
  type text NOT NULL,
  subsystem text NOT NULL,
  node text COLLATE "C" NOT NULL,
  queue text NOT NULL,
  title text NOT NULL,
  priority smallint NOT NULL,
  params jsonb NOT NULL,
  locks jsonb NOT NULL,
  requested_by text NOT NULL,
  source_kind text NOT NULL,
  source_id text,
  request_key text,
  request_hash text,
  parent_id uuid,
  plan_hash text,
  external text,
  cancel_class text NOT NULL,
  control boolean NOT NULL,
  state calypso.job_state NOT NULL CHECK (state IN ('succeeded', 'failed', 'cancelled', 'lost')),
  attempt int NOT NULL,
  max_attempts int NOT NULL,
  losses int NOT NULL,
  epoch bigint NOT NULL,
  cancel_at timestamptz,
  cancel_by text,
  progress jsonb,
  result jsonb,
  error jsonb,
  warnings jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  queued_at timestamptz,
  started_at timestamptz,
  heartbeat_at timestamptz,
  finished_at timestamptz NOT NULL,
  PRIMARY KEY (id, finished_at)
) PARTITION BY RANGE (finished_at);
CREATE INDEX jobs_history_request ON calypso.jobs_history (requested_by, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX jobs_history_by_created ON calypso.jobs_history (created_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_state_created ON calypso.jobs_history (state, created_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_type_created ON calypso.jobs_history (type, created_at, id);
CREATE INDEX jobs_history_by_type_state_created ON calypso.jobs_history (type, state, created_at, id);
CREATE INDEX jobs_history_by_subsystem_created ON calypso.jobs_history (subsystem, created_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_node_created ON calypso.jobs_history (node, created_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_user_created ON calypso.jobs_history (requested_by, created_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_schedule_created ON calypso.jobs_history (source_id, created_at, id) WHERE NOT control AND source_kind = 'schedule';
CREATE INDEX jobs_history_by_finished ON calypso.jobs_history (finished_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_state_finished ON calypso.jobs_history (state, finished_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_type_finished ON calypso.jobs_history (type, finished_at, id);
CREATE INDEX jobs_history_by_type_state_finished ON calypso.jobs_history (type, state, finished_at, id);
CREATE INDEX jobs_history_by_subsystem_finished ON calypso.jobs_history (subsystem, finished_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_node_finished ON calypso.jobs_history (node, finished_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_user_finished ON calypso.jobs_history (requested_by, finished_at, id) WHERE NOT control;
CREATE INDEX jobs_history_by_schedule_finished ON calypso.jobs_history (source_id, finished_at, id) WHERE NOT control AND source_kind = 'schedule';

CREATE TABLE calypso.job_events_history (
  id bigint NOT NULL,
  xact xid8 NOT NULL,
  job_id uuid NOT NULL,
  at timestamptz NOT NULL,
  epoch bigint,
  type text NOT NULL,
  data jsonb,
  finished_at timestamptz NOT NULL,  -- of the job
  PRIMARY KEY (job_id, id, finished_at)
) PARTITION BY RANGE (finished_at);
CREATE INDEX job_events_history_xact ON calypso.job_events_history (xact, id);

CREATE TABLE calypso.job_log_history (
  job_id uuid NOT NULL,
  start bigint NOT NULL,
  bytes int NOT NULL,
  data bytea NOT NULL,
  finished_at timestamptz NOT NULL,  -- of the job
  PRIMARY KEY (job_id, start, finished_at)
) PARTITION BY RANGE (finished_at);

-- The latest event that was moved: readers whose cursor is beyond it need not look into history.
CREATE TABLE calypso.retired (one boolean PRIMARY KEY DEFAULT true CHECK (one), xact xid8 NOT NULL);
INSERT INTO calypso.retired (xact) VALUES ('0');

CREATE FUNCTION calypso.month_of(_at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('month', _at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' $$;

-- Make the partitions of a month unless they are there. Made aside and attached: CREATE ... PARTITION OF
-- would shut out all readers. The caller holds the advisory lock of history.
CREATE FUNCTION calypso.make_month(_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  first timestamptz := calypso.month_of(_at);
  suffix text := to_char(first AT TIME ZONE 'UTC', '"_y"YYYY"m"MM');
  after timestamptz := (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
  parent text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['jobs_history', 'job_events_history', 'job_log_history'] LOOP
    IF to_regclass('calypso.' || parent || suffix) IS NULL THEN
      EXECUTE format('CREATE TABLE calypso.%I (LIKE calypso.%I INCLUDING ALL)', parent || suffix, parent);
      EXECUTE format('ALTER TABLE calypso.%I ATTACH PARTITION calypso.%I FOR VALUES FROM (%L) TO (%L)', parent, parent || suffix, first, after);
    END IF;
  END LOOP;
END $$;

-- Drop the months that lie wholly before a time. A month somebody reads just now is left for the next call.
CREATE FUNCTION calypso.drop_months(_before timestamptz) RETURNS int LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
DECLARE
  old record;
  dropped int := 0;
BEGIN
  FOR old IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('calypso.jobs_history'::regclass, 'calypso.job_events_history'::regclass, 'calypso.job_log_history'::regclass)
      -- CASE, since conditions are tried in any order: no other name may reach to_date
      AND CASE WHEN c.relname ~ '_y[0-9]{4}m[0-9]{2}$' THEN to_date(right(c.relname, 8), '"y"YYYY"m"MM') + interval '1 month' <= _before AT TIME ZONE 'UTC' END
    ORDER BY c.relname
  LOOP
    BEGIN
      EXECUTE format('DROP TABLE calypso.%I', old.relname);
      dropped := dropped + 1;
    EXCEPTION WHEN lock_not_available THEN NULL;
    END;
  END LOOP;
  RETURN dropped;
END $$;

-- Move ended jobs to history, a batch at a time, and drop old months. Answers how many jobs left the hot table.
-- One at a time; rows somebody holds are left for the next call, so it waits for nobody.
CREATE FUNCTION calypso.retire(_before timestamptz, _drop_before timestamptz, _batch int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  moving uuid[];
  months timestamptz[];
  month timestamptz;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('calypso:history')) THEN RETURN 0; END IF;
  PERFORM calypso.make_month(now());
  PERFORM calypso.make_month(now() + interval '1 month');
  WITH plain AS (SELECT j.id, j.finished_at FROM calypso.jobs j WHERE NOT j.control AND j.finished_at < _before ORDER BY j.finished_at LIMIT _batch FOR UPDATE SKIP LOCKED),
    control AS (SELECT j.id, j.finished_at FROM calypso.jobs j WHERE j.control AND j.finished_at < _before ORDER BY j.finished_at LIMIT _batch FOR UPDATE SKIP LOCKED)
  SELECT array_agg(q.id), array_agg(DISTINCT calypso.month_of(q.finished_at)) FILTER (WHERE q.finished_at >= _drop_before) INTO moving, months
    FROM (SELECT * FROM plain UNION ALL SELECT * FROM control) q;
  FOREACH month IN ARRAY coalesce(months, '{}') LOOP PERFORM calypso.make_month(month); END LOOP;
  IF moving IS NOT NULL THEN
    PERFORM calypso.move_to_history(moving, _drop_before);
  END IF;
  PERFORM calypso.drop_months(_drop_before);
  RETURN coalesce(cardinality(moving), 0);
END $$;

CREATE FUNCTION calypso.move_to_history(_ids uuid[], _drop_before timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calypso.jobs_history (id, seq, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind,
      source_id, request_key, request_hash, parent_id, plan_hash, external, cancel_class, control, state, attempt, max_attempts, losses,
      epoch, cancel_at, cancel_by, progress, result, error, warnings, created_at, queued_at, started_at, heartbeat_at, finished_at)
    SELECT id, seq, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind,
      source_id, request_key, request_hash, parent_id, plan_hash, external, cancel_class, control, state, attempt, max_attempts, losses,
      epoch, cancel_at, cancel_by, progress, result, error, warnings, created_at, queued_at, started_at, heartbeat_at, finished_at
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
