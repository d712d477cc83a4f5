"""Lists cover a job in an index when it has ended, so that its steps write less."""

from calypso.store.migrations.steps import take

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0007_fewer_indexes")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
