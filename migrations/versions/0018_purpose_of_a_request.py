"""The purpose for which evidence or action is sought, UNCAC 46(15)(f).

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_file", sa.Column("purpose", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("case_file", "purpose")
