-- Called just before the first act with an effect. ok | cancel (do not start, finish as cancelled) | fenced
-- What may run again anyway does not wait for the disk: should the server crash within the next half second and the
-- worker die too, the job counts as not begun, which costs it no attempt. All else must be known to have begun.
CREATE OR REPLACE FUNCTION calypso.begin(_id uuid, _epoch bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  c timestamptz;
  o text;
BEGIN
  UPDATE calypso.jobs SET begun_at = CASE WHEN cancel_at IS NULL THEN now() END WHERE id = _id AND epoch = _epoch AND state = 'running' RETURNING cancel_at, on_lost INTO c, o;
  IF NOT FOUND THEN RETURN 'fenced'; END IF;
  IF o = 'requeue' THEN PERFORM set_config('synchronous_commit', 'off', true); END IF;
  RETURN CASE WHEN c IS NOT NULL THEN 'cancel' ELSE 'ok' END;
END $$;
