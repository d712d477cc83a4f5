"""Backup configurations on record, with their history."""

from calypso.store.migrations.steps import take

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0010_backup")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
