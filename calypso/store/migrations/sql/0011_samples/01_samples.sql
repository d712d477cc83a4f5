-- What some columns of some tables were, once an hour: by it people see where things are going.
CREATE TABLE calypso.inventory_samples (
  name text NOT NULL,
  node text NOT NULL,
  key text NOT NULL,
  at timestamptz NOT NULL,  -- the hour
  data jsonb NOT NULL,      -- the sampled columns
  PRIMARY KEY (name, node, key, at)
);
CREATE INDEX inventory_samples_at ON calypso.inventory_samples (name, at);
