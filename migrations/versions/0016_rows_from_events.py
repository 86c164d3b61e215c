"""Rows that follow from events: the event of a postponement, and the other exchanges of a request.

Revision ID: 0016
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("postponement", sa.Column("postponed_seq", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE postponement SET postponed_seq = coalesce((SELECT max(event.seq) FROM case_event event"
        " WHERE event.case_id = postponement.case_id AND event.code = 'postponed'"
        " AND event.happened_on = postponement.postponed_on), 1)"
    )
    op.alter_column("postponement", "postponed_seq", nullable=False)
    op.create_table(
        "exchange",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("turn in ('ours', 'theirs')", name=op.f("ck_exchange_turn")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_exchange_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
    )
    op.create_index("ix_exchange_by_case", "exchange", ["case_id", "begun_seq"])
    op.create_index("ix_exchange_open", "exchange", ["kind", "begun_on"], postgresql_where=sa.text("ended_on is null"))


def downgrade() -> None:
    op.drop_table("exchange")
    op.drop_column("postponement", "postponed_seq")
