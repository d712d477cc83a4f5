"""Schedules, and what became of each of their slots."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STEPS = Path(__file__).parent.parent / "sql" / "0004_schedules"


def upgrade() -> None:
    for step in sorted(STEPS.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            step.read_text("utf-8"), execution_options={"no_parameters": True}
        )


def downgrade() -> None:
    raise NotImplementedError("Schedules are not dropped by a downgrade; restore a dump instead.")
