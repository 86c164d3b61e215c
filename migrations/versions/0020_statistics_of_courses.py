"""The course of a request in its snapshot: first reply and days on each side; figures as known on a day.

Revision ID: 0020
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None

DAYS = ("days_reply", "days_ours", "days_executing_authority", "days_court", "days_other_state", "days_third_party")
FORMER = "uq_snapshot_as_of_scope_definition_version"
KEY = "uq_snapshot_as_of_scope_definition_version_as_known"


def upgrade() -> None:
    for name in DAYS:
        op.add_column("snapshot_case", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("snapshot", sa.Column("as_known", sa.Boolean(), server_default="false", nullable=False))
    op.drop_constraint(FORMER, "snapshot", type_="unique")
    op.create_unique_constraint(KEY, "snapshot", ["as_of", "scope", "definition_version", "as_known"])
    op.create_index("ix_case_event_recorded", "case_event", ["recorded_at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_case_event_recorded", "case_event")
    op.execute("DELETE FROM snapshot WHERE as_known")
    op.drop_constraint(KEY, "snapshot", type_="unique")
    op.create_unique_constraint(FORMER, "snapshot", ["as_of", "scope", "definition_version"])
    op.drop_column("snapshot", "as_known")
    for name in DAYS:
        op.drop_column("snapshot_case", name)
