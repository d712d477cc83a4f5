-- The rest of what a waiting job may wait for, in order: needed jobs, time, locks. Book open, row locked.
-- false: a needed job is locked this instant, try later.
CREATE FUNCTION calypso.advance(_id uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
  deps uuid[];
  seen uuid[];
  open_dep uuid;
  bad uuid;
BEGIN
  SELECT * INTO j FROM calypso.jobs WHERE id = _id;
  IF j.wait_reason IN ('after', 'approval') THEN
    deps := ARRAY(SELECT needs FROM calypso.job_deps WHERE job_id = _id);
    -- SHARE so that none can end unseen; SKIP LOCKED because we hold other rows already
    SELECT array_agg(q.id), min(q.id::text) FILTER (WHERE q.state IN ('waiting', 'queued', 'running')), min(q.id::text) FILTER (WHERE q.state IN ('failed', 'cancelled', 'lost'))
      INTO seen, open_dep, bad FROM (SELECT b.id, b.state FROM calypso.jobs b WHERE b.id = ANY (deps) ORDER BY b.id FOR SHARE SKIP LOCKED) q;
    IF j.run_even_if_failed THEN bad := NULL; END IF;
    IF bad IS NULL THEN
      IF EXISTS (SELECT 1 FROM calypso.jobs b WHERE b.id = ANY (deps) AND b.id <> ALL (coalesce(seen, '{}'))) THEN RETURN false; END IF;
      IF NOT j.run_even_if_failed AND NOT calypso.all_succeeded(deps, seen) THEN bad := j.wait_on::uuid; END IF;
    END IF;
    IF bad IS NOT NULL THEN
      PERFORM calypso.fail_needed(j, bad);
      RETURN true;
    END IF;
    IF open_dep IS NOT NULL THEN
      UPDATE calypso.jobs SET wait_reason = 'after', wait_on = open_dep::text WHERE id = _id;
      RETURN true;
    END IF;
  END IF;
  IF j.run_at > now() THEN
    UPDATE calypso.jobs SET wait_reason = 'run_at', wait_on = NULL, wait_since = now() WHERE id = _id;
    PERFORM calypso.note(_id, j.epoch, 'waiting', jsonb_build_object('reason', 'run_at'));
  ELSE
    PERFORM calypso.ask(_id);
  END IF;
  RETURN true;
END $$;

CREATE FUNCTION calypso.fail_needed(j calypso.jobs, _bad uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  told jsonb := jsonb_build_object('code', 'needed_job_failed', 'title', 'A needed job did not succeed', 'detail',
    'Job ' || _bad || ', which this one waits for, did not succeed. Nothing was done.');
BEGIN
  UPDATE calypso.jobs SET state = 'failed', finished_at = now(), wait_reason = NULL, wait_on = NULL, wait_since = NULL, error = told WHERE id = j.id;
  PERFORM calypso.note(j.id, j.epoch, 'failed', jsonb_build_object('error', told));
  PERFORM calypso.ended(j.id, j.node, j.has_locks, false);
END $$;

-- Once a tick and node, by any process; calls serialise on the book. Answers how many jobs moved; a bounded batch.
CREATE FUNCTION calypso.promote(_node text, _batch int DEFAULT 200) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  i uuid;
  d record;
  n int := 0;
  p text[];
BEGIN
  PERFORM calypso.book(_node);
  WITH x AS (DELETE FROM calypso.lock_dirty WHERE node = _node RETURNING path) SELECT array_agg(path) INTO p FROM x;
  IF p IS NOT NULL THEN n := calypso.reconsider(_node, p, _batch); END IF;
  FOR i IN SELECT id FROM calypso.jobs WHERE node = _node AND state = 'waiting' AND wait_reason IN ('run_at', 'backoff') AND run_at <= now()
           ORDER BY run_at LIMIT _batch FOR NO KEY UPDATE SKIP LOCKED LOOP
    IF calypso.advance(i) THEN n := n + 1; END IF;
  END LOOP;
  FOR d IN SELECT r.id, r.needs::text AS job FROM calypso.dep_ready r
           WHERE EXISTS (SELECT 1 FROM calypso.jobs w WHERE w.wait_on = r.needs::text AND w.node = _node AND w.state = 'waiting' AND w.wait_reason = 'after')
              OR NOT EXISTS (SELECT 1 FROM calypso.jobs w WHERE w.wait_on = r.needs::text AND w.state = 'waiting' AND w.wait_reason = 'after')
           ORDER BY r.id LIMIT _batch LOOP
    FOR i IN SELECT id FROM calypso.jobs WHERE wait_on = d.job AND node = _node AND state = 'waiting' AND wait_reason = 'after' LIMIT _batch FOR NO KEY UPDATE SKIP LOCKED LOOP
      IF calypso.advance(i) THEN n := n + 1; END IF;
      EXIT WHEN n >= _batch;
    END LOOP;
    EXIT WHEN n >= _batch;
    DELETE FROM calypso.dep_ready r WHERE r.id = d.id AND NOT EXISTS (SELECT 1 FROM calypso.jobs WHERE wait_on = d.job AND state = 'waiting' AND wait_reason = 'after');
  END LOOP;
  RETURN n;
END $$;
ALTER FUNCTION calypso.promote(text, int) SET plan_cache_mode = force_generic_plan SET enable_seqscan = off;

-- Who is in the way of jobs that wait for a lock, and their place in line: 1 is next; counted up to 100, then 101.
CREATE FUNCTION calypso.lines(_ids uuid[]) RETURNS TABLE (id uuid, holder uuid, place int) LANGUAGE sql STABLE AS $$
  SELECT j.id,
    coalesce(
      (SELECT g.job_id FROM calypso.job_locks g WHERE g.granted AND g.node = j.node AND g.path = j.wait_on AND g.mode = ANY (calypso.clashes(j.wait_mode)) LIMIT 1),
      (SELECT w.job_id FROM calypso.job_locks w WHERE w.standing AND w.node = j.node AND w.path = j.wait_on AND w.mode = ANY (calypso.clashes(j.wait_mode))
         AND (w.np, w.seq) < (-j.priority, j.seq) ORDER BY w.np, w.seq LIMIT 1)),
    1 + (SELECT count(*)::int FROM (
      SELECT 1 FROM calypso.job_locks w WHERE w.standing AND w.node = j.node AND w.path = j.wait_on AND (w.np, w.seq) < (-j.priority, j.seq) LIMIT 100) q)
  FROM calypso.jobs j WHERE j.id = ANY (_ids) AND j.state = 'waiting' AND j.wait_reason = 'lock' AND j.wait_mode IS NOT NULL $$;

CREATE FUNCTION calypso.nodes() RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE n AS (  -- skips from node to node through the index, whatever the number of jobs
    (SELECT node FROM calypso.jobs WHERE state IN ('waiting', 'queued', 'running') ORDER BY node LIMIT 1)
    UNION ALL
    SELECT (SELECT j.node FROM calypso.jobs j WHERE j.state IN ('waiting', 'queued', 'running') AND j.node > n.node ORDER BY j.node LIMIT 1) FROM n WHERE n.node IS NOT NULL)
  SELECT node FROM n WHERE node IS NOT NULL UNION SELECT node FROM calypso.workers ORDER BY 1 $$;

CREATE FUNCTION calypso.starving(_node text, _older interval) RETURNS TABLE (queue text, jobs bigint) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE q AS (
    (SELECT j.queue FROM calypso.jobs j WHERE j.state = 'queued' AND j.node = _node ORDER BY j.queue LIMIT 1)
    UNION ALL
    SELECT (SELECT j.queue FROM calypso.jobs j WHERE j.state = 'queued' AND j.node = _node AND j.queue > q.queue ORDER BY j.queue LIMIT 1) FROM q WHERE q.queue IS NOT NULL)
  SELECT q.queue, c.n FROM q CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (SELECT 1 FROM calypso.jobs j WHERE j.state = 'queued' AND j.node = _node AND j.queue = q.queue AND j.queued_at < now() - _older LIMIT 1000) x) c
  WHERE q.queue IS NOT NULL AND c.n > 0 $$;
