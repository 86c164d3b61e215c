"""Reports of changes to many requests at once, by which an assignment can be taken back.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "together",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("done", JSONB(), nullable=False),
        sa.Column("refused", JSONB(), nullable=False),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("what in ('assign', 'urgency', 'tag', 'undo')", name=op.f("ck_together_what")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_together_actor_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["together.id"], name=op.f("fk_together_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_together")),
    )


def downgrade() -> None:
    op.drop_table("together")
