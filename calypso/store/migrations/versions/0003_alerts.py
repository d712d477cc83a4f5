"""Alerts, the channels they are sent over, and what was sent."""

from calypso.store.migrations.steps import take

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0003_alerts")


def downgrade() -> None:
    raise NotImplementedError("Alerts are not dropped by a downgrade; restore a dump instead.")
