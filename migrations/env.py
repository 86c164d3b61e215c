"""Runs the migrations on the connection that `mla_tracker.core.schema` opened as the owner.

The models are compared with the schema only where a caller hands over their metadata (the test of drift does).
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
