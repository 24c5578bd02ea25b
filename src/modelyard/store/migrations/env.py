"""Run by Alembic itself: brings the connection that it was handed up to the asked revision."""

from alembic import context

from modelyard.store.tables.every import whole_schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=whole_schema(),
    # SQLite cannot alter most of a table: later revisions copy it instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
