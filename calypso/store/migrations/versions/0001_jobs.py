"""Jobs, the lock book, events, logs, history, workers and inventory."""

from calypso.store.migrations.steps import take

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0001_jobs")


def downgrade() -> None:
    raise NotImplementedError("There is nothing before this; drop the schema instead.")
