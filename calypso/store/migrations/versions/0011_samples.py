"""How some columns of tables were, hour by hour."""

from calypso.store.migrations.steps import take

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0011_samples")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
