"""The books of tape: media pools, sets, cartridges, archives, their parts and files."""

from calypso.store.migrations.steps import take

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0009_tape")


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
