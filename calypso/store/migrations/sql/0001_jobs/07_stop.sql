-- Not started: gone at once. Running: a request; the worker ends it, and a finish that comes first wins.
CREATE FUNCTION calypso.cancel(_id uuid, _by text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
BEGIN
  PERFORM calypso.open_for(_id);
  SELECT * INTO j FROM calypso.jobs WHERE id = _id FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN coalesce((SELECT h.state::text FROM calypso.jobs_history h WHERE h.id = _id), 'missing'); END IF;
  IF j.state IN ('waiting', 'queued') THEN
    UPDATE calypso.jobs SET state = 'cancelled', finished_at = now(), cancel_at = now(), cancel_by = _by, epoch = epoch + 1,
      wait_reason = NULL, wait_on = NULL, wait_mode = NULL, wait_since = NULL WHERE id = _id;
    PERFORM calypso.note(_id, j.epoch, 'cancelled', jsonb_build_object('by', _by));
    PERFORM calypso.ended(_id, j.node, j.has_locks, false);
    RETURN 'cancelled';
  ELSIF j.state = 'running' THEN
    IF j.cancel_at IS NULL THEN
      UPDATE calypso.jobs SET cancel_at = now(), cancel_by = _by WHERE id = _id;
      PERFORM calypso.note(_id, j.epoch, 'cancel_requested', jsonb_build_object('by', _by));
    END IF;
    RETURN 'cancelling';
  END IF;
  RETURN j.state::text;
END $$;

-- By a worker of the node, AFTER the processes of the dead worker were seen dead. One job a call, so one a transaction; call until no row.
CREATE FUNCTION calypso.reap(_node text, _dead uuid, _delay interval) RETURNS TABLE (id uuid, fate text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  i uuid;
  j calypso.jobs;
  st text;
  p text[];
BEGIN
  LOOP
    SELECT b.id INTO i FROM calypso.jobs b WHERE b.worker_id = _dead AND b.state = 'running' AND b.node = _node ORDER BY b.seq LIMIT 1;
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM calypso.open_for(i);
    SELECT * INTO j FROM calypso.jobs b WHERE b.id = i AND b.worker_id = _dead AND b.state = 'running' FOR NO KEY UPDATE;
    EXIT WHEN FOUND;  -- else it changed while we waited for the book: same node, same book, so looking again is in order
  END LOOP;
  st := CASE WHEN j.cancel_at IS NOT NULL THEN 'cancelled'
             WHEN j.begun_at IS NULL AND j.losses < 5 THEN 'again'  -- bounded: a job whose mere start kills its worker must not loop
             WHEN j.on_lost = 'requeue' AND j.attempt < j.max_attempts THEN 'backoff' ELSE 'lost' END;
  UPDATE calypso.jobs b SET state = (CASE WHEN st IN ('again', 'backoff') THEN 'waiting' ELSE st END)::calypso.job_state,
      finished_at = CASE WHEN st IN ('lost', 'cancelled') THEN now() END,
      wait_reason = CASE WHEN st IN ('again', 'backoff') THEN 'backoff' END,
      wait_since = CASE WHEN st IN ('again', 'backoff') THEN now() END,
      run_at = CASE st WHEN 'again' THEN now() WHEN 'backoff' THEN now() + _delay ELSE run_at END,
      attempt = attempt - (st = 'again')::int, losses = losses + 1, epoch = epoch + 1, worker_id = NULL, lease_until = NULL,
      error = CASE WHEN st IN ('again', 'cancelled') THEN error ELSE calypso.worker_lost(_dead) END WHERE b.id = i;
  PERFORM calypso.note(i, j.epoch, CASE WHEN st IN ('again', 'backoff') THEN 'waiting' ELSE st END,
    jsonb_build_object('reason', 'worker_lost', 'worker', _dead, 'fate', st));
  IF st = 'again' THEN  -- asks before those behind it: it keeps its age
    IF j.has_locks THEN p := calypso.let_go(i, true); END IF;
    PERFORM calypso.ask(i);
    IF p IS NOT NULL THEN PERFORM calypso.reconsider(_node, p); END IF;
  ELSE
    PERFORM calypso.ended(i, _node, j.has_locks, st = 'backoff');
  END IF;
  RETURN QUERY SELECT i, st;
END $$;

CREATE FUNCTION calypso.worker_lost(_worker uuid) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('code', 'worker_lost', 'title', 'The worker was lost', 'detail',
    'Worker ' || _worker || ' ended while the job ran; what the job had done so far was not undone.') $$;

-- On the word of an operator, for a job of a node that is silent and will not come back.
CREATE FUNCTION calypso.release(_id uuid, _by text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
BEGIN
  PERFORM calypso.open_for(_id);
  SELECT * INTO j FROM calypso.jobs WHERE id = _id AND state = 'running' FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE calypso.jobs SET state = 'lost', finished_at = now(), epoch = epoch + 1, losses = losses + 1, worker_id = NULL, lease_until = NULL,
    error = jsonb_build_object('code', 'released', 'title', 'Given up by an operator', 'detail',
      'Node ' || node || ' was silent; ' || _by || ' called the job lost and freed its locks.') WHERE id = _id;
  PERFORM calypso.note(_id, j.epoch, 'lost', jsonb_build_object('reason', 'released', 'by', _by));
  PERFORM calypso.ended(_id, j.node, j.has_locks, false);
  RETURN true;
END $$;
