-- As before, and: their children are cancelled with them, so all rows are locked first, in id order.
CREATE OR REPLACE FUNCTION calypso.cancel_for_schedule(_ids uuid[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
  i uuid;
  stopped uuid[] := '{}';
  family uuid[] := _ids || ARRAY(SELECT c FROM unnest(_ids) p, unnest(calypso.unfinished_children(p)) c);
BEGIN
  PERFORM 1 FROM calypso.jobs WHERE id = ANY (family) ORDER BY id FOR NO KEY UPDATE;
  FOREACH i IN ARRAY _ids LOOP
    PERFORM 1 FROM calypso.jobs WHERE id = i AND (state <> 'running' OR cancel_class <> 'before_start');
    IF FOUND AND calypso.cancel(i, 'schedule') = 'cancelling' THEN stopped := stopped || i; END IF;
  END LOOP;
  RETURN stopped;
END $$;
