"""Run by Alembic: migrate on the connection that `ecg_core.store.upkeep.database` hands over."""

from alembic import context

from ecg_core.store.cases.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
context.run_migrations()
