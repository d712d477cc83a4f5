-- What jobs are like, one slot for each percent of them; {d} is one of the datasets of a node.
CREATE SCHEMA bench;
CREATE TABLE bench.kinds AS
SELECT (row_number() OVER (ORDER BY k.place, s))::int - 1 AS slot, k.* FROM (VALUES
  (1, 40, 'storage.snapshot_create', 'storage', false, 'Snapshot tank/home{d}', 2.0, 2,
   '{"hold": null, "name": null, "task": "018f2f6e-7a10-7000-8000-000000000001", "dataset": "tank/home{d}", "exclude": [], "recursive": false, "allow_empty": true, "naming_schema": "auto-%Y-%m-%d_%H-%M%z"}',
   '[["storage/tank/home{d}", "IS"], ["snapshots/tank/home{d}", "X"]]', '{"snapshot": "tank/home{d}@auto-2026-01-01_00-00+0000"}'),
  (2, 15, 'storage.snapshot_prune', 'storage', false, 'Prune tank/home{d}', 6.0, 5,
   '{"dataset": "tank/home{d}", "schedule": "018f2f6e-7a10-7000-8000-000000000001", "recursive": false}',
   '[["snapshots/tank/home{d}", "X"]]', '{"kept": 41, "destroyed": 1, "freed_bytes": 18874368}'),
  (3, 10, 'storage.replication_run', 'storage', false, 'Replicate tank/home{d} to vault/home{d}', 600.0, 9,
   '{"source": "tank/home{d}", "target": "vault/home{d}", "to": "018f2f6e-7a10-7000-8000-0000000000aa", "recursive": true, "raw": true, "rate_bytes_per_s": null, "keep": null}',
   '[["storage/tank/home{d}", "IS"], ["replication/vault/home{d}", "X"]]', '{"base": "tank/home{d}@auto-2026-01-01_00-00+0000", "bytes": 734003200, "snapshot": "tank/home{d}@auto-2026-01-01_01-00+0000"}'),
  (4, 1, 'storage.pool_scrub', 'storage', false, 'Scrub tank', 30000.0, 3,
   '{"pool": "tank"}', '[["scan/tank", "X"]]', '{"errors": 0, "repaired_bytes": 0}'),
  (5, 20, 'backup.job_run', 'backup', false, 'Run backup job client{d}', 1200.0, 10,
   '{"job": "client{d}", "level": "incremental", "client": null, "fileset": null, "pool": null, "storage": null, "when": null}',
   '[["backup/jobs/client{d}", "X"]]', '{"run": 4711, "bytes": 5368709120, "files": 18211, "errors": 0, "volumes": ["V0042L8"]}'),
  (6, 5, 'tape.archive_write', 'tape', false, 'Archive /srv/share{d}', 3600.0, 17,
   '{"path": "/srv/share{d}", "pool": "yearly", "drive": null, "wait_s": 86400, "snapshot": null}',
   '[["drives/shelf/0", "X"], ["media/yearly", "IX"]]', '{"archive": "018f2f6e-7a10-7000-8000-0000000000bb", "bytes": 107374182400, "files": 90211, "parts": 1, "cartridges": ["A00042L8"]}'),
  (7, 3, 'tape.media_verify', 'tape', false, 'Verify A0004{d}L8', 5400.0, 3,
   '{"barcode": "A0004{d}L8", "drive": null, "sample_percent": 10}', '[["media/A0004{d}L8", "S"]]', '{"read_bytes": 10737418240, "damaged": 0}'),
  (8, 2, 'system.config_backup', 'system', false, 'Back the appliance up', 20.0, 5,
   '{"folder": "/srv/calypso/backups", "recipient": null, "passphrase": {"secret": "backup/passphrase"}}',
   '[["system/backup", "X"]]', '{"file": "calypso-node-2026-01-01T00-00-00Z.tar", "bytes": 18874368}'),
  (9, 4, 'storage.plan', 'storage', true, 'plan storage.dataset_destroy', 1.0, 1,
   '{"type": "storage.dataset_destroy", "params": {"dataset": "tank/home{d}", "recursive": true}}', '[]', '{"locks": [], "effects": ["tank/home{d} goes"], "commands": [["zfs", "destroy", "-r", "tank/home{d}"]], "destroys": ["tank/home{d}"]}')
) k(place, share, type, subsystem, control, title, took_s, commands, params, locks, result), generate_series(1, k.share) s;

CREATE FUNCTION bench.node(_number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'node-' || lpad(_number::text, 4, '0') $$;
CREATE FUNCTION bench.schedule(_node bigint, _number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('schedule ' || _node || ' ' || _number)::uuid $$;
-- A UUIDv7 as the product makes them: it sorts by creation.
CREATE FUNCTION bench.id(_n bigint, _at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM _at) * 1000)::bigint), 12, '0') || '7' || substr(md5(_n::text), 1, 3) || '8' || substr(md5(_n::text), 4, 15))::uuid $$;
-- Lines as a driver's commands leave them in a job's log, about 100 bytes for each.
CREATE FUNCTION bench.log(_n bigint, _at timestamptz, _commands int) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT convert_to(string_agg(
    to_char(_at + c * interval '37 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' $ zfs list -Hp -o name,used -t snapshot tank/' || substr(md5(_n::text || c), 1, 12) || chr(10) ||
    to_char(_at + c * interval '61 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' exit 0' || chr(10), ''), 'UTF8') FROM generate_series(1, _commands) c $$;
