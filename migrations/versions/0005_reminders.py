"""The ledger of notices and the floors below which nothing is sent.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice_floor",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("floor_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("whole_office", sa.Boolean(), nullable=False),
        sa.Column("deadlines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_floor")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("deadline_id", sa.BigInteger(), nullable=True),
        sa.Column("floor_id", sa.BigInteger(), nullable=True),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("due_moment", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), server_default="mail", nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", MOMENT, nullable=True),
        sa.Column("next_attempt_at", MOMENT, nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("smtp_answer", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('planned', 'claimed', 'deferred', 'sent', 'suppressed', 'dead')", name=op.f("ck_notice_state")
        ),
        sa.CheckConstraint("(state in ('suppressed', 'dead')) = (reason is not null)", name=op.f("ck_notice_reason")),
        sa.CheckConstraint("(state = 'sent') = (sent_at is not null)", name=op.f("ck_notice_sent")),
        sa.CheckConstraint("(state = 'claimed') = (claimed_until is not null)", name=op.f("ck_notice_claimed")),
        sa.CheckConstraint(
            "(state in ('planned', 'deferred')) = (next_attempt_at is not null)", name=op.f("ck_notice_next_attempt")
        ),
        sa.CheckConstraint(
            "recipient_id is not null or state in ('dead', 'suppressed')", name=op.f("ck_notice_recipient")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_notice_deadline_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["floor_id"], ["notice_floor.id"], name=op.f("fk_notice_floor_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["account.id"], name=op.f("fk_notice_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("notice_key", name=op.f("uq_notice_notice_key")),
    )
    op.create_index(
        "ix_notice_waiting",
        "notice",
        ["priority", "next_attempt_at", "id"],
        postgresql_where=sa.text("state in ('planned', 'deferred')"),
    )
    op.create_index("ix_notice_leased", "notice", ["claimed_until"], postgresql_where=sa.text("state = 'claimed'"))
    op.create_index("ix_notice_dead", "notice", ["id"], postgresql_where=sa.text("state = 'dead'"))
    op.create_index("ix_notice_case", "notice", ["case_id", "due_at"])
    op.create_index("ix_notice_deadline", "notice", ["deadline_id"])
    op.create_index("ix_notice_recipient", "notice", ["recipient_id", "due_at"])
    op.create_index("ix_notice_floor_id", "notice", ["floor_id"])


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("notice_floor")
