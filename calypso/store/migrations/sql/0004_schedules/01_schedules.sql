-- Schedules. All times are those of this server's clock: there may be many schedulers, but one clock.

CREATE TABLE calypso.schedules (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  enabled boolean NOT NULL,
  spec jsonb NOT NULL,  -- what people said, but for name and enabled
  owner text NOT NULL,
  version bigint NOT NULL DEFAULT 1,  -- of what people said; firing does not change it
  next_slot timestamptz,  -- null: disabled, or it never fires
  last_slot timestamptz,
  trouble jsonb,  -- {slot, reason, detail}: its last slot was missed or refused; an alert until one is on time again
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by text NOT NULL,
  CHECK (enabled OR next_slot IS NULL)
) WITH (fillfactor = 80);
CREATE INDEX schedules_due ON calypso.schedules (next_slot, id) WHERE next_slot IS NOT NULL;

CREATE INDEX schedules_trouble ON calypso.schedules (id) WHERE trouble IS NOT NULL;

-- One row a slot: the primary key is what lets any number of schedulers make one job.
CREATE TABLE calypso.schedule_fires (
  schedule_id uuid NOT NULL REFERENCES calypso.schedules ON DELETE CASCADE,
  slot timestamptz NOT NULL,
  decision text NOT NULL CHECK (decision IN ('fired', 'skipped', 'refused')),
  reason text NOT NULL,
  detail text NOT NULL,
  missed_slots int NOT NULL DEFAULT 0,
  job_id uuid,
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (schedule_id, slot)
);
CREATE INDEX schedule_fires_decided ON calypso.schedule_fires (decided_at);

ALTER TABLE calypso.jobs ADD COLUMN slot timestamptz;
ALTER TABLE calypso.jobs_history ADD COLUMN slot timestamptz;
CREATE INDEX jobs_of_schedule ON calypso.jobs (source_id) WHERE source_kind = 'schedule' AND state IN ('waiting', 'queued', 'running');

-- Where the last tick of any scheduler was, to see a clock that jumps; see engine/fire.py.
CREATE TABLE calypso.clock (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  ticked_at timestamptz NOT NULL DEFAULT now(),
  jumped_at timestamptz,  -- set: pruning is held until somebody has looked
  jump_s double precision,
  CHECK ((jumped_at IS NULL) = (jump_s IS NULL))
) WITH (fillfactor = 50);
INSERT INTO calypso.clock DEFAULT VALUES;
