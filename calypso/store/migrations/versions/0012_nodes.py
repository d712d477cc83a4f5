"""Tokens with which machines join as nodes."""

from calypso.store.migrations.steps import take

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0012_nodes")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
