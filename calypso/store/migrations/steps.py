"""A migration's steps: the SQL files of its folder, in the order of their names."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def take(name: str) -> None:
    """Run every file of a migration, as they stand: nothing in them is a placeholder."""
    for step in sorted((FOLDER / name).glob("*.sql")):
        op.get_bind().exec_driver_sql(
            step.read_text("utf-8"), execution_options={"no_parameters": True}
        )
