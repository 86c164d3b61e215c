"""Failed attempts to sign in remember the browser where the account knows it, so that a stranger's do not lock it out.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_attempt", sa.Column("browser", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in_attempt", "browser")
