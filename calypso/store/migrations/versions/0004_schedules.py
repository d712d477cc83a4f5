"""Schedules, and what became of each of their slots."""

from calypso.store.migrations.steps import take

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0004_schedules")


def downgrade() -> None:
    raise NotImplementedError("Schedules are not dropped by a downgrade; restore a dump instead.")
