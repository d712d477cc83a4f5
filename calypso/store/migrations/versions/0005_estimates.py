"""Past runs by kind, children of jobs, parents that wait for them, release with its evidence."""

from calypso.store.migrations.steps import take

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0005_estimates")


def downgrade() -> None:
    raise NotImplementedError("What this adds does no harm to the release before; leave it.")
