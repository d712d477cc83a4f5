-- Jobs that others started, and reruns of ended ones: both name their parent.
CREATE INDEX jobs_by_parent_created ON calypso.jobs (parent_id, created_at, id) WHERE NOT control AND parent_id IS NOT NULL;
CREATE INDEX jobs_by_parent_finished ON calypso.jobs (parent_id, finished_at, id) WHERE NOT control AND parent_id IS NOT NULL AND finished_at IS NOT NULL;
CREATE INDEX jobs_history_by_parent_created ON calypso.jobs_history (parent_id, created_at, id) WHERE NOT control AND parent_id IS NOT NULL;
CREATE INDEX jobs_history_by_parent_finished ON calypso.jobs_history (parent_id, finished_at, id) WHERE NOT control AND parent_id IS NOT NULL;
CREATE INDEX jobs_unfinished_children ON calypso.jobs (parent_id) WHERE source_kind = 'job' AND state IN ('waiting', 'queued', 'running');

-- Children whose parent was asked to stop and who were not told yet. A rerun is nobody's child: its source is who asked for it.
CREATE FUNCTION calypso.forsaken() RETURNS TABLE (id uuid, cancel_by text) LANGUAGE sql STABLE AS $$
  SELECT c.id, p.cancel_by FROM calypso.jobs c JOIN calypso.jobs p ON p.id = c.parent_id
  WHERE c.source_kind = 'job' AND c.state IN ('waiting', 'queued', 'running') AND c.cancel_at IS NULL AND p.cancel_at IS NOT NULL LIMIT 200 $$;

CREATE FUNCTION calypso.unfinished_children(_id uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT c.id FROM calypso.jobs c WHERE c.parent_id = _id AND c.source_kind = 'job' AND c.state IN ('waiting', 'queued', 'running') ORDER BY c.id) $$;
