-- What the director of a node was configured with; the highest version is in force.
CREATE TABLE calypso.backup_configs (
  node text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  config jsonb NOT NULL,  -- models.backup_config.BackupConfig; passwords are names of secrets
  applied_at timestamptz NOT NULL,
  job_id uuid,
  requested_by text,
  PRIMARY KEY (node, version)
);
