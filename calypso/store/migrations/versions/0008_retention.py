"""A schedule that takes snapshots says how long they are kept."""

from calypso.store.migrations.steps import take

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0008_retention")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
