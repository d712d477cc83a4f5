-- What lets a machine join as a node, once: shown when it is made, kept as a hash.
CREATE TABLE calypso.node_tokens (
  id uuid PRIMARY KEY,
  node text COLLATE "C" NOT NULL,
  digest bytea NOT NULL UNIQUE,  -- the token itself is 256 random bits: a plain hash is enough
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_from text,
  CHECK ((used_at IS NULL) = (used_from IS NULL))
);
-- A node has one open token at most: a new one takes the place of the last.
CREATE UNIQUE INDEX node_tokens_open ON calypso.node_tokens (node) WHERE used_at IS NULL;
