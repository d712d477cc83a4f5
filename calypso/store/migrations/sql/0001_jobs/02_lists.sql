-- One index for each filter and each order that a list may ask for, so that a page reads as many
-- entries as it shows. Control jobs are listed by their type only, hence no "NOT control" on type.
CREATE INDEX jobs_by_created ON calypso.jobs (created_at, id) WHERE NOT control;
CREATE INDEX jobs_by_state_created ON calypso.jobs (state, created_at, id) WHERE NOT control;
CREATE INDEX jobs_by_type_created ON calypso.jobs (type, created_at, id);
CREATE INDEX jobs_by_type_state_created ON calypso.jobs (type, state, created_at, id);
CREATE INDEX jobs_by_subsystem_created ON calypso.jobs (subsystem, created_at, id) WHERE NOT control;
CREATE INDEX jobs_by_node_created ON calypso.jobs (node, created_at, id) WHERE NOT control;
CREATE INDEX jobs_by_user_created ON calypso.jobs (requested_by, created_at, id) WHERE NOT control;
CREATE INDEX jobs_by_schedule_created ON calypso.jobs (source_id, created_at, id) WHERE NOT control AND source_kind = 'schedule';
CREATE INDEX jobs_by_finished ON calypso.jobs (finished_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_by_state_finished ON calypso.jobs (state, finished_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_by_type_finished ON calypso.jobs (type, finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_type_state_finished ON calypso.jobs (type, state, finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_subsystem_finished ON calypso.jobs (subsystem, finished_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_by_node_finished ON calypso.jobs (node, finished_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_by_user_finished ON calypso.jobs (requested_by, finished_at, id) WHERE NOT control AND finished_at IS NOT NULL;
CREATE INDEX jobs_by_schedule_finished ON calypso.jobs (source_id, finished_at, id) WHERE NOT control AND source_kind = 'schedule' AND finished_at IS NOT NULL;
