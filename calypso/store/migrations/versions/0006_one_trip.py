"""A submit answers with the job's row, so that a request asks once."""

from calypso.store.migrations.steps import take

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0006_one_trip")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
