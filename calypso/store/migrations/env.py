"""Runs migrations on the connection that `calypso.store.migrate` hands over."""

from alembic import context

SCHEMA = "calypso"

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema=SCHEMA,
)
with context.begin_transaction():
    context.run_migrations()
