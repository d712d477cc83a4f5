-- A parent gives its slot and its locks back until children of it have ended; then it asks for its locks and runs again, from the top.
-- _children NULL: all that are unfinished. Answers the new state (waiting; when all had ended already: queued, or waiting for a lock,
-- or cancelled), 'running' when there was nothing to wait for, or 'fenced'.
CREATE FUNCTION calypso.park(_id uuid, _epoch bigint, _children uuid[], _progress jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
  kids uuid[];
BEGIN
  PERFORM calypso.open_for(_id);
  SELECT * INTO j FROM calypso.jobs WHERE id = _id AND epoch = _epoch AND state = 'running' FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN 'fenced'; END IF;
  kids := coalesce(_children, calypso.unfinished_children(_id));
  IF cardinality(kids) = 0 THEN RETURN 'running'; END IF;
  PERFORM calypso.await_children(j, kids, _progress);
  RETURN (SELECT b.state FROM calypso.jobs b WHERE b.id = _id);
END $$;

-- The job's row locked. No attempt is counted. run_even_if_failed from now on: what it needed before has ended well, and how its children
-- ended is for itself to judge.
CREATE FUNCTION calypso.await_children(j calypso.jobs, _kids uuid[], _progress jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calypso.job_deps SELECT j.id, k FROM unnest(_kids) k ON CONFLICT DO NOTHING;
  UPDATE calypso.jobs SET state = 'waiting', wait_reason = 'after', wait_on = _kids[1]::text, wait_mode = NULL, wait_since = now(),
    worker_id = NULL, lease_until = NULL, run_at = NULL, attempt = attempt - (j.state = 'running')::int, run_even_if_failed = true,
    progress = coalesce(_progress, progress) WHERE id = j.id;
  PERFORM calypso.note(j.id, j.epoch, 'waiting', jsonb_build_object('reason', 'after', 'children', cardinality(_kids)));
  IF j.has_locks THEN PERFORM calypso.reconsider(j.node, calypso.let_go(j.id, true)); END IF;
  -- advance() locks the children that still run, so that none ends unseen. One that ends this instant is skipped: promote() looks again.
  IF NOT calypso.advance(j.id) THEN INSERT INTO calypso.dep_ready (needs) VALUES (_kids[1]); END IF;
END $$;

-- As before, and: a parent whose children still run is called cancelled only when the last of them has ended.
CREATE OR REPLACE FUNCTION calypso.cancel(_id uuid, _by text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
  kids uuid[];
BEGIN
  PERFORM calypso.open_for(_id);
  SELECT * INTO j FROM calypso.jobs WHERE id = _id FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN coalesce((SELECT h.state::text FROM calypso.jobs_history h WHERE h.id = _id), 'missing'); END IF;
  IF j.state NOT IN ('waiting', 'queued', 'running') THEN RETURN j.state::text; END IF;
  kids := CASE WHEN j.state <> 'running' THEN calypso.unfinished_children(_id) END;  -- only a running job starts more of them
  IF cardinality(kids) = 0 THEN
    PERFORM calypso.cancel_now(j, _by);
    RETURN 'cancelled';
  END IF;
  IF j.cancel_at IS NULL THEN
    UPDATE calypso.jobs SET cancel_at = now(), cancel_by = _by WHERE id = _id;
    PERFORM calypso.note(_id, j.epoch, 'cancel_requested', jsonb_build_object('by', _by, 'state', j.state));
    IF kids IS NOT NULL THEN PERFORM calypso.await_children(j, kids, NULL); END IF;
  END IF;
  RETURN 'cancelling';
END $$;

CREATE FUNCTION calypso.cancel_now(j calypso.jobs, _by text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calypso.jobs SET state = 'cancelled', finished_at = now(), cancel_at = coalesce(cancel_at, now()), cancel_by = _by, epoch = epoch + 1,
    wait_reason = NULL, wait_on = NULL, wait_mode = NULL, wait_since = NULL WHERE id = j.id;
  PERFORM calypso.note(j.id, j.epoch, 'cancelled', jsonb_build_object('by', _by));
  PERFORM calypso.ended(j.id, j.node, j.has_locks, false);
END $$;

-- As before, and: a job that was asked to stop while its children ran ends here, when the last of them has.
CREATE OR REPLACE FUNCTION calypso.advance(_id uuid) RETURNS boolean LANGUAGE plpgsql AS $$
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
    IF j.cancel_at IS NOT NULL THEN
      PERFORM calypso.cancel_now(j, j.cancel_by);
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

-- As before, and: of a dead worker's parents, those that were asked to stop wait for their children too; their fate is 'parked'.
ALTER FUNCTION calypso.reap(text, uuid, interval) RENAME TO reap_next;
CREATE FUNCTION calypso.reap(_node text, _dead uuid, _delay interval) RETURNS TABLE (id uuid, fate text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  i uuid;
  j calypso.jobs;
  kids uuid[];
BEGIN
  SELECT b.id, calypso.unfinished_children(b.id) INTO i, kids FROM calypso.jobs b
    WHERE b.worker_id = _dead AND b.state = 'running' AND b.node = _node AND b.cancel_at IS NOT NULL AND cardinality(calypso.unfinished_children(b.id)) > 0 LIMIT 1;
  IF FOUND THEN
    PERFORM calypso.open_for(i);
    SELECT * INTO j FROM calypso.jobs b WHERE b.id = i AND b.worker_id = _dead AND b.state = 'running' FOR NO KEY UPDATE;
    IF FOUND THEN
      UPDATE calypso.jobs b SET losses = losses + 1, epoch = epoch + 1, error = calypso.worker_lost(_dead) WHERE b.id = i;
      PERFORM calypso.await_children(j, kids, NULL);
      RETURN QUERY SELECT i, 'parked';
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT n.id, n.fate FROM calypso.reap_next(_node, _dead, _delay) n;
END $$;
