"""The requests of a snapshot with one State, found without reading all of them.

Revision ID: 0022
Revises: 0031
"""

from alembic import op

revision = "0022"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_snapshot_case_by_state", "snapshot_case", ["snapshot_id", "counterpart", "direction"])


def downgrade() -> None:
    op.drop_index("ix_snapshot_case_by_state", "snapshot_case")
