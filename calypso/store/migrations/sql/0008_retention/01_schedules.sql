-- How long the snapshots are kept that a schedule takes. Not in spec: the release before refuses what it does not know there.
ALTER TABLE calypso.schedules ADD COLUMN retention jsonb;
