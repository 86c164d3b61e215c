"""Access to a restricted case taken in an emergency, with its reason and its review.

Revision ID: 0030
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "emergency_access",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_at", moment, nullable=False),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", moment, nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(reviewed_at is null) = (kept is null)", name=op.f("ck_emergency_access_reviewed")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_emergency_access_account_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["account.id"], name=op.f("fk_emergency_access_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    op.create_index("ix_emergency_access_by_case", "emergency_access", ["case_id"])
    op.create_index(
        "uq_emergency_access_open",
        "emergency_access",
        ["case_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("reviewed_at is null"),
    )


def downgrade() -> None:
    op.drop_table("emergency_access")
