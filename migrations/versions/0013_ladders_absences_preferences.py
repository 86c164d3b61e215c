"""An office's own ladders, absences, how each person wants to be told, and notices about no case.

Revision ID: 0013
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ladder_shape",
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("shape", postgresql.JSONB(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_ladder_shape_changed_by")),
        sa.PrimaryKeyConstraint("clock", "urgency", name=op.f("pk_ladder_shape")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_absence_order")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_absence_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_account", "absence", ["account_id", "last_on"])
    op.create_table(
        "reminder_preference",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("work_from", sa.SmallInteger(), nullable=True),
        sa.Column("work_to", sa.SmallInteger(), nullable=True),
        sa.Column("work_days", postgresql.ARRAY(sa.SmallInteger()), server_default="{1,2,3,4,5}", nullable=False),
        sa.Column("digest", sa.Text(), server_default="off", nullable=False),
        sa.Column("digest_hour", sa.SmallInteger(), server_default="7", nullable=False),
        sa.Column("kinds", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("feed_hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(work_from is null) = (work_to is null) and work_from < work_to",
            name=op.f("ck_reminder_preference_work_hours"),
        ),
        sa.CheckConstraint("work_from >= 0 and work_to <= 24", name=op.f("ck_reminder_preference_work_range")),
        sa.CheckConstraint("digest in ('off', 'daily', 'weekly')", name=op.f("ck_reminder_preference_digest")),
        sa.CheckConstraint("digest_hour between 0 and 23", name=op.f("ck_reminder_preference_digest_hour")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_preference_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_reminder_preference")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_reminder_preference_feed_hash")),
    )
    op.add_column("notice", sa.Column("about", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("notice", "about")
    op.drop_table("reminder_preference")
    op.drop_table("absence")
    op.drop_table("ladder_shape")
