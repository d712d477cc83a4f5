-- A job's row is written at submit, claim and finish, and each time again into every index that covers it. So what only lists need
-- covers a job when it has ended: once. Unfinished jobs are few; one index serves all lists of them.
CREATE INDEX jobs_unfinished ON calypso.jobs (state, created_at, id) WHERE finished_at IS NULL;

-- Most jobs succeed: to list those by another filter, that filter's index reads next to none in vain.
CREATE INDEX jobs_ended_created ON calypso.jobs (created_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_ended_by_state_created ON calypso.jobs (state, created_at, id) WHERE NOT control AND finished_at IS NOT NULL AND state <> 'succeeded';
CREATE INDEX jobs_ended_by_type_created ON calypso.jobs (type, created_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_ended_by_type_state_created ON calypso.jobs (type, state, created_at, id) WHERE finished_at IS NOT NULL AND state <> 'succeeded';
CREATE INDEX jobs_ended_by_subsystem_created ON calypso.jobs (subsystem, created_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_ended_by_node_created ON calypso.jobs (node, created_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_ended_by_user_created ON calypso.jobs (requested_by, created_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_ended_by_schedule_created ON calypso.jobs (source_id, created_at, id) WHERE NOT control AND finished_at IS NOT NULL AND source_kind = 'schedule';
CREATE INDEX jobs_ended_by_parent_created ON calypso.jobs (parent_id, created_at, id) WHERE NOT control AND finished_at IS NOT NULL AND parent_id IS NOT NULL;
CREATE INDEX jobs_ended_by_state_finished ON calypso.jobs (state, finished_at, id) WHERE NOT control AND finished_at IS NOT NULL AND state <> 'succeeded';
CREATE INDEX jobs_ended_by_type_state_finished ON calypso.jobs (type, state, finished_at, id) WHERE finished_at IS NOT NULL AND state <> 'succeeded';

DROP INDEX calypso.jobs_by_created;
DROP INDEX calypso.jobs_by_state_created;
DROP INDEX calypso.jobs_by_type_created;
DROP INDEX calypso.jobs_by_type_state_created;
DROP INDEX calypso.jobs_by_subsystem_created;
DROP INDEX calypso.jobs_by_node_created;
DROP INDEX calypso.jobs_by_user_created;
DROP INDEX calypso.jobs_by_schedule_created;
DROP INDEX calypso.jobs_by_parent_created;
DROP INDEX calypso.jobs_by_state_finished;
DROP INDEX calypso.jobs_by_type_state_finished;
