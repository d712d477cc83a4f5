"""Past runs by kind, children of jobs, parents that wait for them, release with its evidence."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STEPS = Path(__file__).parent.parent / "sql" / "0005_estimates"


def upgrade() -> None:
    for step in sorted(STEPS.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            step.read_text("utf-8"), execution_options={"no_parameters": True}
        )


def downgrade() -> None:
    raise NotImplementedError("What this adds does no harm to the release before; leave it.")
