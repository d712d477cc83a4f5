-- Archives, the stretches of tape they lie on, and their files: up to millions of them in one archive.

CREATE TABLE calypso.archives (
  no integer GENERATED ALWAYS AS IDENTITY UNIQUE,  -- what files refer to: a quarter of an id, a hundred million times
  id uuid PRIMARY KEY,
  node text NOT NULL,
  job_id uuid NOT NULL,
  pool text NOT NULL,
  set_id uuid,
  source text NOT NULL,
  snapshot text,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  size_bytes bigint NOT NULL DEFAULT 0,
  files integer NOT NULL DEFAULT 0,  -- those numbered below it count; rows beyond it are left over and are replaced
  state text NOT NULL CHECK (state IN ('writing', 'whole', 'broken', 'overwritten')),
  sha256 bytea
);
CREATE INDEX archives_by_age ON calypso.archives (node, began_at DESC, id DESC);
CREATE INDEX archives_overwritten ON calypso.archives (no) WHERE state = 'overwritten' AND files > 0;

CREATE TABLE calypso.archive_parts (
  archive_no integer NOT NULL REFERENCES calypso.archives (no),
  number integer NOT NULL,
  node text NOT NULL,
  barcode text NOT NULL,
  file integer NOT NULL,
  first_byte bigint NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 bytea,
  PRIMARY KEY (archive_no, number)
);
CREATE INDEX archive_parts_of_medium ON calypso.archive_parts (node, barcode);

-- No foreign key: a hundred thousand rows at a time come from the one function that has the archive's row locked.
-- Paths are bytes: a file system takes what is no UTF-8, and sorts as bytes do.
CREATE TABLE calypso.archive_files (
  archive_no integer NOT NULL,
  number integer NOT NULL,
  kind text NOT NULL,
  size_bytes bigint NOT NULL,
  first_byte bigint NOT NULL,
  end_byte bigint NOT NULL,
  modified_at timestamptz,
  sha256 bytea,
  path bytea NOT NULL,
  PRIMARY KEY (archive_no, number)
);
-- An index takes 2,704 bytes, a path may have 4,096: the front of it finds few enough.
CREATE INDEX archive_files_by_path ON calypso.archive_files (archive_no, substr(path, 1, 1024), number);

-- Tell whether a run still owns its job, and have it so until the transaction ends.
CREATE FUNCTION calypso.owns(_job uuid, _epoch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM calypso.jobs WHERE id = _job AND epoch = _epoch AND state = 'running' FOR SHARE;
  RETURN FOUND;
END $$;
