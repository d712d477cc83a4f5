"""Users, API tokens, signed-out sessions, sign-in attempts and secrets."""

from calypso.store.migrations.steps import take

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    take("0002_accounts")


def downgrade() -> None:
    raise NotImplementedError("Accounts are not dropped by a downgrade; restore a dump instead.")
