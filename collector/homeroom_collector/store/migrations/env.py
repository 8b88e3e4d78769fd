"""Run by Alembic: migrations go through the connection that the store opened, inside its transaction."""

from alembic import context

from homeroom_collector.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
