"""Run by Alembic itself: brings the connection that it was handed up to the asked revision."""

from alembic import context

from modelyard.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter most of a table: later revisions copy it instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
