"""For whose request a job was made."""

from calypso.store.migrations.steps import take

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0013_tracing")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
