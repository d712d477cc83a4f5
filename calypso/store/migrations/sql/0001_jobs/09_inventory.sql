-- What workers last saw.
CREATE TABLE calypso.inventory_tables (
  name text NOT NULL,
  node text NOT NULL,
  digest text NOT NULL,
  observed_at timestamptz NOT NULL,
  PRIMARY KEY (name, node)
) WITH (fillfactor = 50);

CREATE TABLE calypso.inventory (
  name text NOT NULL,
  node text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (name, node, key)
);

CREATE TABLE calypso.subsystems (
  node text NOT NULL,
  subsystem text NOT NULL,
  capability jsonb NOT NULL,
  observed_at timestamptz NOT NULL,
  PRIMARY KEY (node, subsystem)
);

-- _rows: {key: row}. true: something changed. Only what changed is written; writers of one table take turns.
CREATE FUNCTION calypso.replace_inventory(_node text, _name text, _digest text, _rows jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  before text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('calypso:inventory:' || _name || '@' || _node));
  SELECT digest INTO before FROM calypso.inventory_tables WHERE name = _name AND node = _node;
  INSERT INTO calypso.inventory_tables (name, node, digest, observed_at) VALUES (_name, _node, _digest, clock_timestamp())
    ON CONFLICT (name, node) DO UPDATE SET digest = excluded.digest, observed_at = excluded.observed_at;
  IF before = _digest THEN RETURN false; END IF;
  DELETE FROM calypso.inventory i WHERE i.name = _name AND i.node = _node AND NOT _rows ? i.key;
  INSERT INTO calypso.inventory AS i (name, node, key, data) SELECT _name, _node, r.key, r.value FROM jsonb_each(_rows) r
    ON CONFLICT (name, node, key) DO UPDATE SET data = excluded.data WHERE i.data <> excluded.data;
  RETURN true;
END $$;
