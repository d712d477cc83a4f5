-- Cartridges, the pools they belong to and the sets they are written in, by the node whose libraries hold them.
-- What a row may become is decided in calypso/models/bookkeeping.py; here stands what must never be, whoever writes.

CREATE TABLE calypso.media_pools (
  node text NOT NULL,
  name text NOT NULL,
  rules jsonb NOT NULL,  -- models.media.MediaPool
  PRIMARY KEY (node, name)
);

CREATE TABLE calypso.media_sets (
  id uuid PRIMARY KEY,
  node text NOT NULL,
  pool text NOT NULL,
  period text NOT NULL,
  began_at timestamptz NOT NULL,
  last_write_at timestamptz,
  retention interval  -- what the pool promised when the set began; NULL: for ever
);
CREATE INDEX media_sets_of_pool ON calypso.media_sets (node, pool, began_at);

CREATE TABLE calypso.media (
  node text NOT NULL,
  barcode text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('data', 'worm', 'cleaning')),
  pool text,
  set_id uuid REFERENCES calypso.media_sets,
  state text NOT NULL CHECK (state IN ('scratch', 'open', 'full', 'foreign', 'damaged')),
  library text,
  vault text,
  label uuid,
  capacity_bytes bigint,
  used_bytes bigint NOT NULL DEFAULT 0,
  last_write_at timestamptz,
  read_errors bigint NOT NULL DEFAULT 0,
  write_errors bigint NOT NULL DEFAULT 0,
  encryption text NOT NULL DEFAULT 'unknown',
  reason text,
  PRIMARY KEY (node, barcode),
  FOREIGN KEY (node, pool) REFERENCES calypso.media_pools,
  CHECK (library IS NULL OR vault IS NULL),
  CHECK (kind <> 'cleaning' OR set_id IS NULL),
  CHECK (state NOT IN ('open', 'full') OR (set_id IS NOT NULL AND label IS NOT NULL AND pool IS NOT NULL))
);
CREATE INDEX media_of_pool ON calypso.media (node, pool);
CREATE INDEX media_of_set ON calypso.media (set_id);
