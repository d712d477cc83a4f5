-- Write down for each channel that is concerned what is to be told: in the transaction that makes it true.
CREATE FUNCTION calypso.tell_channels(_alert calypso.alerts, _what text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO calypso.alert_deliveries (id, channel_id, alert_id, what, alert)
    SELECT gen_random_uuid(), c.id, _alert.id, _what, to_jsonb(_alert) FROM calypso.alert_channels c
    WHERE c.enabled AND CASE WHEN _what = 'cleared'
      THEN EXISTS (SELECT 1 FROM calypso.alert_deliveries d WHERE d.channel_id = c.id AND d.alert_id = _alert.id)
      ELSE c.min_level <= _alert.level END
    ORDER BY c.id $$;

-- verdict: raised (new) | rose (its level did, which also ends a dismissal) | again (counted, told to nobody)
CREATE FUNCTION calypso.raise_alert(a jsonb) RETURNS TABLE (verdict text, alert calypso.alerts) LANGUAGE plpgsql AS $$
DECLARE
  l calypso.alert_level := (a->>'level')::calypso.alert_level;
  before calypso.alerts;
BEGIN
  LOOP  -- until the open alert of this key is ours to change, or ours to make
    SELECT * INTO before FROM calypso.alerts x WHERE x.key = a->>'key' AND x.cleared_at IS NULL FOR NO KEY UPDATE;
    IF FOUND THEN
      verdict := CASE WHEN l > before.level THEN 'rose' ELSE 'again' END;
      UPDATE calypso.alerts x SET kind = a->>'kind', level = l, node = a->>'node', subsystem = a->>'subsystem', subject = a->>'subject',
          title = a->>'title', detail = a->>'detail', job_id = (a->>'job_id')::uuid, last_seen_at = now(), count = x.count + 1,
          dismissed_at = CASE WHEN verdict = 'again' THEN x.dismissed_at END, dismissed_by = CASE WHEN verdict = 'again' THEN x.dismissed_by END
        WHERE x.id = before.id RETURNING x.* INTO alert;
    ELSE
      verdict := 'raised';
      INSERT INTO calypso.alerts AS x (id, key, kind, level, node, subsystem, subject, title, detail, job_id)
        VALUES ((a->>'id')::uuid, a->>'key', a->>'kind', l, a->>'node', a->>'subsystem', a->>'subject', a->>'title', a->>'detail', (a->>'job_id')::uuid)
        ON CONFLICT DO NOTHING RETURNING x.* INTO alert;
    END IF;
    EXIT WHEN FOUND;
  END LOOP;
  IF verdict <> 'again' THEN PERFORM calypso.tell_channels(alert, verdict); END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION calypso.clear_alert(_key text) RETURNS TABLE (verdict text, alert calypso.alerts) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calypso.alerts x SET cleared_at = now() WHERE x.key = _key AND x.cleared_at IS NULL RETURNING x.* INTO alert;
  IF NOT FOUND THEN RETURN; END IF;
  verdict := 'cleared';
  PERFORM calypso.tell_channels(alert, verdict);
  RETURN NEXT;
END $$;

-- What followed from the events between two places, all or nothing; _changes: [{"raise": {...}} | {"clear": key}].
-- No row at all, not even the first of verdict 'moved': another scheduler was here before.
CREATE FUNCTION calypso.follow_alerts(_name text, _xact xid8, _number bigint, _to_xact xid8, _to_number bigint, _changes jsonb)
    RETURNS TABLE (verdict text, alert calypso.alerts) LANGUAGE plpgsql AS $$
DECLARE
  c jsonb;
BEGIN
  UPDATE calypso.alert_cursors SET xact = _to_xact, number = _to_number WHERE name = _name AND xact = _xact AND number = _number;
  IF NOT FOUND THEN RETURN; END IF;
  verdict := 'moved';
  RETURN NEXT;
  FOR c IN SELECT * FROM jsonb_array_elements(_changes) LOOP
    IF c ? 'raise' THEN RETURN QUERY SELECT * FROM calypso.raise_alert(c->'raise');
    ELSE RETURN QUERY SELECT * FROM calypso.clear_alert(c->>'clear');
    END IF;
  END LOOP;
END $$;
