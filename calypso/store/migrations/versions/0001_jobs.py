"""Jobs, the lock book, events, logs, history, workers and inventory."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STEPS = Path(__file__).parent.parent / "sql" / "0001_jobs"


def upgrade() -> None:
    for step in sorted(STEPS.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            step.read_text("utf-8"), execution_options={"no_parameters": True}
        )


def downgrade() -> None:
    raise NotImplementedError("There is nothing before this; drop the schema instead.")
