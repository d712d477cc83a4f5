-- The next letter of each channel that has one and is not busy. The channel is taken, not the letter: so a channel
-- sends one at a time, whoever does it. A cleared alert is not told before its raising was, or was given up.
CREATE FUNCTION calypso.claim_deliveries(_limit int, _lease interval, _give_up interval)
    RETURNS TABLE (delivery calypso.alert_deliveries, channel calypso.alert_channels) LANGUAGE plpgsql AS $$
DECLARE
  c calypso.alert_channels;
BEGIN
  FOR c IN
    SELECT * FROM calypso.alert_channels x WHERE x.busy_until <= now() AND EXISTS (
      SELECT 1 FROM calypso.alert_deliveries d WHERE d.channel_id = x.id AND d.state = 'pending' AND (d.next_at <= now() OR d.created_at <= now() - _give_up)
        AND (x.enabled OR d.what = 'test' OR d.created_at <= now() - _give_up))
    ORDER BY x.busy_until LIMIT _limit FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    UPDATE calypso.alert_deliveries d SET state = 'given_up' WHERE d.channel_id = c.id AND d.state = 'pending' AND d.created_at <= now() - _give_up;
    UPDATE calypso.alert_deliveries d SET attempts = d.attempts + 1, next_at = now() + _lease
      WHERE d.id = (
        SELECT p.id FROM calypso.alert_deliveries p WHERE p.channel_id = c.id AND p.state = 'pending' AND p.next_at <= now() AND (c.enabled OR p.what = 'test')
          AND NOT EXISTS (SELECT 1 FROM calypso.alert_deliveries e WHERE e.channel_id = c.id AND e.state = 'pending' AND e.alert_id = p.alert_id AND e.seq < p.seq)
        ORDER BY p.seq LIMIT 1)
      RETURNING d.* INTO delivery;
    CONTINUE WHEN NOT FOUND;
    UPDATE calypso.alert_channels x SET busy_until = now() + _lease WHERE x.id = c.id RETURNING x.* INTO channel;
    RETURN NEXT;
  END LOOP;
END $$;

-- The end of an attempt. false: it took so long that the letter was given to somebody else. A test is tried once.
CREATE FUNCTION calypso.settle_delivery(_id uuid, _attempt int, _error text, _retry_in interval) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  c uuid;
BEGIN
  SELECT d.channel_id INTO c FROM calypso.alert_deliveries d WHERE d.id = _id;
  PERFORM 1 FROM calypso.alert_channels x WHERE x.id = c FOR NO KEY UPDATE;
  UPDATE calypso.alert_deliveries d SET last_error = _error, next_at = now() + _retry_in, sent_at = CASE WHEN _error IS NULL THEN now() END,
      state = CASE WHEN _error IS NULL THEN 'sent' WHEN d.what = 'test' THEN 'given_up' ELSE 'pending' END
    WHERE d.id = _id AND d.attempts = _attempt AND d.state = 'pending';
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE calypso.alert_channels x SET busy_until = now(), last_sent_at = CASE WHEN _error IS NULL THEN now() ELSE x.last_sent_at END,
      last_error = _error, last_error_at = CASE WHEN _error IS NULL THEN x.last_error_at ELSE now() END WHERE x.id = c;
  RETURN true;
END $$;

-- Cleared alerts of long ago, with their letters, and tests; a bounded batch. Answers how many rows went.
-- A dismissed alert about a job goes too: nobody may ever do the same work again. One about a state that lasts stays.
CREATE FUNCTION calypso.retire_alerts(_before timestamptz, _batch int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
  m int;
BEGIN
  DELETE FROM calypso.alerts WHERE id IN (
    SELECT id FROM calypso.alerts WHERE cleared_at < _before ORDER BY cleared_at LIMIT _batch FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS n = ROW_COUNT;
  DELETE FROM calypso.alerts WHERE id IN (
    SELECT id FROM calypso.alerts WHERE cleared_at IS NULL AND dismissed_at < _before AND last_seen_at < _before AND kind IN ('job_failed', 'job_lost')
    ORDER BY since, id LIMIT _batch FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS m = ROW_COUNT;
  n := n + m;
  DELETE FROM calypso.alert_deliveries WHERE id IN (
    SELECT id FROM calypso.alert_deliveries WHERE alert_id IS NULL AND created_at < _before ORDER BY created_at LIMIT _batch FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS m = ROW_COUNT;
  RETURN n + m;
END $$;
