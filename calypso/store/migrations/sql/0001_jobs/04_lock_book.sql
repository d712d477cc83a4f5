-- Every change of the book - grant, wait, release - happens under one advisory lock per node, taken
-- before any row of a job is locked.
CREATE FUNCTION calypso.book(_node text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN  -- an older snapshot would not see grants made while we waited
    RAISE 'the job protocol needs READ COMMITTED';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('calypso:locks:' || _node));
END $$;

CREATE FUNCTION calypso.clashes(m calypso.lock_mode) RETURNS calypso.lock_mode[] LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE m WHEN 'IS' THEN '{X}' WHEN 'IX' THEN '{S,SIX,X}' WHEN 'S' THEN '{IX,SIX,X}' WHEN 'SIX' THEN '{IX,S,SIX,X}' ELSE '{IS,IX,S,SIX,X}' END)::calypso.lock_mode[] $$;

CREATE FUNCTION calypso.merge_modes(m calypso.lock_mode[]) RETURNS calypso.lock_mode LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN 'X' = ANY (m) THEN 'X' WHEN 'SIX' = ANY (m) OR ('S' = ANY (m) AND 'IX' = ANY (m)) THEN 'SIX' ELSE (SELECT max(x) FROM unnest(m) x) END::calypso.lock_mode $$;

-- [["a/b/c", "X"], ...] -> one row per path, ancestors with their intentions, modes merged.
CREATE FUNCTION calypso.lock_set(_locks jsonb) RETURNS TABLE (path text, mode calypso.lock_mode) LANGUAGE sql IMMUTABLE AS $$
  SELECT array_to_string(p[1:n], '/'),
         calypso.merge_modes(array_agg(CASE WHEN n = cardinality(p) THEN m WHEN m IN ('S', 'IS') THEN 'IS' ELSE 'IX' END::calypso.lock_mode))
  FROM (SELECT string_to_array(x->>0, '/') p, (x->>1)::calypso.lock_mode m FROM jsonb_array_elements(_locks) x) q, generate_series(1, cardinality(p)) n
  GROUP BY 1 $$;

-- Would a job of this age have to wait on this path? (It holds nothing itself when this is asked.)
CREATE FUNCTION calypso.blocked(_node text, _path text, _mode calypso.lock_mode, _np int, _seq bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  c calypso.lock_mode[] := calypso.clashes(_mode);
BEGIN
  RETURN EXISTS (SELECT 1 FROM unnest(c) m CROSS JOIN LATERAL (
           SELECT 1 FROM calypso.job_locks g WHERE g.granted AND g.node = _node AND g.path = _path AND g.mode = m LIMIT 1) o)
      OR EXISTS (SELECT 1 FROM unnest(c) m CROSS JOIN LATERAL (
           SELECT 1 FROM calypso.job_locks w WHERE w.standing AND w.node = _node AND w.path = _path AND w.mode = m AND (w.np, w.seq) < (_np, _seq) LIMIT 1) o);
END $$;

-- Grant all locks of a job, or let it stand at the first path that blocks it. Book open, job waiting and holding nothing.
-- It leaves its former place, so that waiting for a tape never blocks a pool; but a job sent from place to place would
-- starve, so from the third move on it keeps every place it has had. Safe: only older jobs ever block, there is no cycle.
CREATE FUNCTION calypso.ask(_id uuid, _tell boolean DEFAULT true) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  j calypso.jobs;
  b record;
BEGIN
  SELECT * INTO j FROM calypso.jobs WHERE id = _id FOR NO KEY UPDATE;
  IF j.has_locks THEN
    SELECT l.path, l.mode INTO b FROM calypso.job_locks l
      WHERE l.job_id = _id AND calypso.blocked(j.node, l.path, l.mode, -j.priority, j.seq) ORDER BY l.path LIMIT 1;
    IF FOUND THEN
      UPDATE calypso.job_locks SET standing = (path = b.path) WHERE job_id = _id AND (path = b.path OR (standing AND j.moves < 3));
      UPDATE calypso.jobs SET wait_since = CASE WHEN wait_reason = 'lock' AND wait_mode IS NOT NULL THEN wait_since ELSE now() END,
        wait_reason = 'lock', wait_on = b.path, wait_mode = b.mode, moves = least(moves + 1, 100) WHERE id = _id;
      IF _tell AND j.wait_reason <> 'lock' THEN PERFORM calypso.note(_id, j.epoch, 'waiting', jsonb_build_object('reason', 'lock', 'resource', b.path)); END IF;
      RETURN false;
    END IF;
    UPDATE calypso.job_locks SET granted = true, standing = false WHERE job_id = _id;
  END IF;
  UPDATE calypso.jobs SET state = 'queued', queued_at = now(), wait_reason = NULL, wait_on = NULL, wait_mode = NULL, wait_since = NULL, moves = 0 WHERE id = _id;
  IF _tell THEN PERFORM calypso.note(_id, j.epoch, 'queued'); END IF;
  RETURN true;
END $$;

-- Locks went away, or somebody left a line, at these paths. Repeat: the oldest waiting job no longer blocked WHERE IT STANDS asks again.
-- Only the oldest of each mode at each path needs a look: what blocks it blocks all younger ones of its mode. (Looking only at
-- the oldest of the line is wrong: an S may stay blocked by IX while the IS behind it is free.) So cost does not grow with the line.
-- A release that frees thousands is cut into batches, or the node would stand still; promote() does the rest, nobody can barge in meanwhile.
CREATE FUNCTION calypso.reconsider(_node text, _paths text[], _batch int DEFAULT 200) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  d text[];
  i uuid;
  n int := 0;
BEGIN
  SELECT array_agg(DISTINCT p) INTO d FROM unnest(_paths) p
    WHERE EXISTS (SELECT 1 FROM calypso.jobs w WHERE w.state = 'waiting' AND w.wait_reason = 'lock' AND w.node = _node AND w.wait_on = p);
  IF d IS NULL THEN RETURN 0; END IF;
  LOOP
    SELECT h.id INTO i FROM unnest(d) p CROSS JOIN unnest(enum_range(NULL::calypso.lock_mode)) m
      CROSS JOIN LATERAL (
        SELECT w.id, w.priority, w.seq FROM calypso.jobs w
        WHERE w.state = 'waiting' AND w.wait_reason = 'lock' AND w.node = _node AND w.wait_on = p AND w.wait_mode = m
        ORDER BY w.priority DESC, w.seq LIMIT 1) h
      WHERE NOT calypso.blocked(_node, p, m, -h.priority, h.seq) ORDER BY h.priority DESC, h.seq LIMIT 1;
    EXIT WHEN NOT FOUND;
    IF n >= _batch THEN
      INSERT INTO calypso.lock_dirty SELECT _node, p FROM unnest(d) p ON CONFLICT DO NOTHING;
      EXIT;
    END IF;
    PERFORM calypso.ask(i);
    n := n + 1;
  END LOOP;
  RETURN n;
END $$;

-- Give up what the job holds and where it stands; _again: it will ask later, keep the rows. Answers the paths to reconsider.
CREATE FUNCTION calypso.let_go(_id uuid, _again boolean) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  r text[];
BEGIN
  IF _again THEN
    WITH u AS (UPDATE calypso.job_locks SET granted = false, standing = false WHERE job_id = _id AND (granted OR standing) RETURNING path)
      SELECT array_agg(path) INTO r FROM u;
  ELSE
    WITH u AS (DELETE FROM calypso.job_locks WHERE job_id = _id RETURNING path, granted OR standing AS was)
      SELECT array_agg(path) INTO r FROM u WHERE was;
  END IF;
  RETURN r;
END $$;

-- Plans must not depend on what the statistics said when these tables were empty, nor be made anew for every call under the book.
ALTER FUNCTION calypso.blocked(text, text, calypso.lock_mode, int, bigint) SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off;
ALTER FUNCTION calypso.ask(uuid, boolean) SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off;
ALTER FUNCTION calypso.reconsider(text, text[], int) SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off;

CREATE FUNCTION calypso.note(_job uuid, _epoch bigint, _type text, _data jsonb DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO calypso.job_events (job_id, epoch, type, data) VALUES (_job, _epoch, _type, _data);
END $$;

-- Open the book if the job has locks. Reads only columns that never change, so no row needs to be locked before the book.
CREATE FUNCTION calypso.open_for(_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  n text;
  h boolean;
BEGIN
  SELECT node, has_locks INTO n, h FROM calypso.jobs WHERE id = _id;
  IF h THEN PERFORM calypso.book(n); END IF;
END $$;

-- After a row was set to a final or a waiting state. The row is locked, so a submit() that names it in "after" has either
-- committed or will see the state.
CREATE FUNCTION calypso.ended(_id uuid, _node text, _locks boolean, _again boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF _locks THEN PERFORM calypso.reconsider(_node, calypso.let_go(_id, _again)); END IF;
  IF NOT _again AND EXISTS (SELECT 1 FROM calypso.job_deps WHERE needs = _id) THEN INSERT INTO calypso.dep_ready (needs) VALUES (_id); END IF;
END $$;
