-- What needs somebody's attention, over which channels it is told, and each telling.
--
-- THE LOCK ORDER: cursor -> alert -> channel -> delivery. follow_alerts() is the one caller that touches
-- several alerts in a transaction, and only one can hold a cursor.

CREATE TYPE calypso.alert_level AS ENUM ('info', 'warning', 'error', 'critical');  -- in order

CREATE TABLE calypso.alerts (
  id uuid PRIMARY KEY,
  key text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  level calypso.alert_level NOT NULL,
  node text,
  subsystem text,
  subject text NOT NULL,
  title text NOT NULL,
  detail text NOT NULL,
  job_id uuid,
  since timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  count int NOT NULL DEFAULT 1,
  dismissed_at timestamptz,
  dismissed_by text,
  cleared_at timestamptz,
  CHECK ((dismissed_at IS NULL) = (dismissed_by IS NULL))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX alerts_open ON calypso.alerts (key) WHERE cleared_at IS NULL;
CREATE INDEX alerts_open_kind ON calypso.alerts (kind, since, id) WHERE cleared_at IS NULL;
-- One index for each state a list may ask for, in the order of the list.
CREATE INDEX alerts_all ON calypso.alerts (since, id);
CREATE INDEX alerts_active ON calypso.alerts (since, id) WHERE cleared_at IS NULL AND dismissed_at IS NULL;
CREATE INDEX alerts_dismissed ON calypso.alerts (since, id) WHERE cleared_at IS NULL AND dismissed_at IS NOT NULL;
CREATE INDEX alerts_cleared ON calypso.alerts (since, id) WHERE cleared_at IS NOT NULL;
CREATE INDEX alerts_old ON calypso.alerts (cleared_at) WHERE cleared_at IS NOT NULL;

-- How far the events of jobs were looked at: what ended while no scheduler ran is found by it.
CREATE TABLE calypso.alert_cursors (
  name text PRIMARY KEY,
  xact xid8 NOT NULL,
  number bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO calypso.alert_cursors (name, xact, number)
  VALUES ('jobs', (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text::xid8, 9223372036854775807);

-- Of many schedulers one at a time looks at the state of things.
CREATE TABLE calypso.alert_turns (
  name text PRIMARY KEY,
  due timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE calypso.alert_channels (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('email', 'webhook')),
  settings jsonb NOT NULL,  -- no secret in it, only the name of one
  secret text COLLATE "C" REFERENCES calypso.secrets (name),
  min_level calypso.alert_level NOT NULL,
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by text NOT NULL,
  busy_until timestamptz NOT NULL DEFAULT '-infinity',  -- one letter at a time: a slow peer holds up itself only
  last_sent_at timestamptz,
  last_error text,
  last_error_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX alert_channels_secret ON calypso.alert_channels (secret);

CREATE TABLE calypso.alert_deliveries (
  id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  channel_id uuid NOT NULL REFERENCES calypso.alert_channels ON DELETE CASCADE,
  alert_id uuid REFERENCES calypso.alerts ON DELETE CASCADE,  -- none: a test
  what text NOT NULL CHECK (what IN ('raised', 'rose', 'cleared', 'test')),
  alert jsonb,  -- as it was then
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'given_up')),
  attempts int NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT now(),
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  CHECK ((alert_id IS NULL) = (what = 'test'))
) WITH (fillfactor = 70);
CREATE INDEX alert_deliveries_pending ON calypso.alert_deliveries (channel_id, seq) WHERE state = 'pending';
CREATE INDEX alert_deliveries_channel ON calypso.alert_deliveries (channel_id, seq);
CREATE INDEX alert_deliveries_alert ON calypso.alert_deliveries (alert_id, channel_id);
CREATE INDEX alert_deliveries_tests ON calypso.alert_deliveries (created_at) WHERE alert_id IS NULL;
