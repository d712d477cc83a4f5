-- What is on record about a run, for who looks whether it is stuck. Ages by one clock: this one.
-- Of a node the latest sign of life of any of its workers counts: while one speaks, the node is not silent.
CREATE FUNCTION calypso.examine(_id uuid) RETURNS TABLE (
    epoch bigint, worker_id uuid, lease_until timestamptz, begun_at timestamptz, losses int, node_seen_at timestamptz, log_tail bytea, looked_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT j.epoch, j.worker_id, j.lease_until, j.begun_at, j.losses,
    greatest(j.heartbeat_at, (SELECT max(w.seen_at) FROM calypso.workers w WHERE w.node = j.node)),
    (SELECT l.data FROM calypso.job_log l WHERE l.job_id = j.id ORDER BY l.start DESC LIMIT 1), now()
  FROM calypso.jobs j WHERE j.id = _id $$;

-- On an operator's word, and only when the node has been silent for so long. The row is locked first: a beat that comes now waits and is fenced.
-- released | not_running | not_silent | missing
CREATE FUNCTION calypso.release_silent(_id uuid, _by text, _note text, _silence interval) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
  seen timestamptz;
BEGIN
  PERFORM calypso.open_for(_id);
  SELECT * INTO j FROM calypso.jobs WHERE id = _id FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN CASE WHEN EXISTS (SELECT 1 FROM calypso.jobs_history h WHERE h.id = _id) THEN 'not_running' ELSE 'missing' END; END IF;
  IF j.state <> 'running' THEN RETURN 'not_running'; END IF;
  seen := greatest(j.heartbeat_at, (SELECT max(w.seen_at) FROM calypso.workers w WHERE w.node = j.node));
  IF seen > clock_timestamp() - _silence THEN RETURN 'not_silent'; END IF;
  PERFORM calypso.note(_id, j.epoch, 'released', jsonb_build_object(
    'state', 'running', 'by', _by, 'note', _note, 'node', j.node, 'worker', j.worker_id, 'silent_since', seen, 'heartbeat_at', j.heartbeat_at));
  PERFORM calypso.release(_id, _by);
  RETURN 'released';
END $$;
