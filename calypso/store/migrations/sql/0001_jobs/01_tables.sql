-- PostgreSQL is the only authority on the state of jobs.
--
-- THE LOCK ORDER, which every function here obeys, so that no deadlock is possible:
--   the lock book of ONE node -> rows of jobs (one, or several in id order, or SKIP LOCKED) -> nothing more.
-- A caller may put ONE of these functions into a transaction of its own; to put in several, it calls
-- book() for all nodes first, sorted. Jobs without locks never open the book.

CREATE TYPE calypso.job_state AS ENUM ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'lost');
CREATE TYPE calypso.lock_mode AS ENUM ('IS', 'IX', 'S', 'SIX', 'X');  -- in order of strength; merge_modes() relies on it

CREATE TABLE calypso.jobs (
  id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  subsystem text NOT NULL,
  node text COLLATE "C" NOT NULL,
  queue text NOT NULL,
  title text NOT NULL DEFAULT '',
  priority smallint NOT NULL DEFAULT 0,
  params jsonb NOT NULL DEFAULT '{}',  -- secrets by name only
  locks jsonb NOT NULL DEFAULT '[]',  -- as declared, for people; the book has its own rows
  requested_by text NOT NULL,
  source_kind text NOT NULL,
  source_id text,
  request_key text,
  request_hash text,
  dedupe_key text,
  parent_id uuid,
  plan_hash text,
  external text,
  cancel_class text NOT NULL DEFAULT 'before_start',
  control boolean NOT NULL DEFAULT false,
  run_even_if_failed boolean NOT NULL DEFAULT false,
  state calypso.job_state NOT NULL,
  wait_reason text CHECK (wait_reason IN ('lock', 'run_at', 'backoff', 'after', 'approval')),
  wait_on text COLLATE "C",  -- the ONE place it stands: a path, with the mode wanted there, or a job id
  wait_mode calypso.lock_mode,
  wait_since timestamptz,
  moves smallint NOT NULL DEFAULT 0,  -- times it changed its place since it asked; see ask()
  has_locks boolean NOT NULL DEFAULT false,  -- never changes, so it may be read before the book is opened
  run_at timestamptz,
  attempt int NOT NULL DEFAULT 0,
  max_attempts int NOT NULL DEFAULT 1,
  losses int NOT NULL DEFAULT 0,
  on_lost text NOT NULL DEFAULT 'manual' CHECK (on_lost IN ('requeue', 'manual')),
  epoch bigint NOT NULL DEFAULT 0,
  worker_id uuid,
  lease_until timestamptz,
  heartbeat_at timestamptz,
  begun_at timestamptz,
  cancel_at timestamptz,
  cancel_by text,
  progress jsonb,
  result jsonb,
  error jsonb,
  warnings jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL DEFAULT now(),
  queued_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  CHECK ((state = 'waiting') = (wait_reason IS NOT NULL)),
  CHECK ((state = 'running') = (worker_id IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled', 'lost')))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- node and path share one collation: the text arguments of a function take ONE, and with two the index
-- on (node, path) is walked over node alone.
-- No index may name lease_until, heartbeat_at, progress or begun_at (column or predicate): beats stay HOT.
CREATE INDEX jobs_dispatch ON calypso.jobs (node, queue, priority DESC, seq) WHERE state = 'queued';
CREATE INDEX jobs_line ON calypso.jobs (node, wait_on, wait_mode, priority DESC, seq) WHERE state = 'waiting' AND wait_reason = 'lock';
CREATE INDEX jobs_after ON calypso.jobs (wait_on, node) WHERE state = 'waiting' AND wait_reason = 'after';
CREATE INDEX jobs_due ON calypso.jobs (node, run_at) WHERE state = 'waiting' AND wait_reason IN ('run_at', 'backoff');
CREATE INDEX jobs_worker ON calypso.jobs (worker_id) WHERE state = 'running';
CREATE INDEX jobs_open ON calypso.jobs (node) WHERE state IN ('waiting', 'queued', 'running');
CREATE UNIQUE INDEX jobs_dedupe ON calypso.jobs (dedupe_key) WHERE dedupe_key IS NOT NULL AND state IN ('waiting', 'queued', 'running');
CREATE UNIQUE INDEX jobs_request ON calypso.jobs (requested_by, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX jobs_control_ended ON calypso.jobs (finished_at) WHERE control AND finished_at IS NOT NULL;

-- Rows stand here while their job may run. priority and seq are copied (np = -priority), so that
-- "older" is one range of an index.
CREATE TABLE calypso.job_locks (
  job_id uuid NOT NULL REFERENCES calypso.jobs ON DELETE CASCADE,
  node text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  mode calypso.lock_mode NOT NULL,
  np int NOT NULL,
  seq bigint NOT NULL,
  granted boolean NOT NULL DEFAULT false,
  standing boolean NOT NULL DEFAULT false,
  PRIMARY KEY (job_id, path),
  CHECK (NOT (granted AND standing))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX job_locks_granted ON calypso.job_locks (node, path, mode) WHERE granted;
CREATE INDEX job_locks_standing ON calypso.job_locks (node, path, mode, np, seq) WHERE standing;
-- Lines a full batch left unread; see reconsider().
CREATE TABLE calypso.lock_dirty (node text COLLATE "C", path text COLLATE "C", PRIMARY KEY (node, path));

CREATE TABLE calypso.job_deps (
  job_id uuid NOT NULL REFERENCES calypso.jobs ON DELETE CASCADE,
  needs uuid NOT NULL,
  PRIMARY KEY (job_id, needs)
);
CREATE INDEX job_deps_needs ON calypso.job_deps (needs);
-- Ended jobs that somebody needs; promote() works it off. One row a message, not one a job: with a unique
-- "needs" a submit could find the row there and add nothing, while promote() deletes it without having
-- seen that submit, and the job would wait for ever.
CREATE TABLE calypso.dep_ready (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, needs uuid NOT NULL);

CREATE TABLE calypso.job_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the order of commits; ids alone may appear late
  job_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  epoch bigint,
  type text NOT NULL,
  data jsonb
);
CREATE INDEX job_events_job ON calypso.job_events (job_id, id);
CREATE INDEX job_events_xact ON calypso.job_events (xact, id);

CREATE TABLE calypso.job_log (
  job_id uuid NOT NULL,
  start bigint NOT NULL,  -- absolute offset of the first byte
  bytes int NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (job_id, start)
);

CREATE TABLE calypso.workers (
  id uuid PRIMARY KEY,
  node text COLLATE "C" NOT NULL,
  subsystem text NOT NULL,
  queues text[] NOT NULL,
  pid int NOT NULL,
  started bigint NOT NULL,
  boot_id text NOT NULL,
  machine_id text NOT NULL,
  pid_namespace text NOT NULL,
  version text NOT NULL DEFAULT '',
  slots int NOT NULL DEFAULT 1,
  draining boolean NOT NULL DEFAULT false,
  seen_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CREATE INDEX workers_node ON calypso.workers (node);
