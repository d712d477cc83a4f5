"""A submit answers with the job's row, so that a request asks once."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STEPS = Path(__file__).parent.parent / "sql" / "0006_one_trip"


def upgrade() -> None:
    for step in sorted(STEPS.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            step.read_text("utf-8"), execution_options={"no_parameters": True}
        )


def downgrade() -> None:
    raise NotImplementedError("The release before runs on this schema too; keep it.")
