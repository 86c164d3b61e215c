"""Pauses, extensions and calendar changes as rows; whose calendar a deadline counts by; limits in hours on the case.

Revision ID: 0010
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("case_file", sa.Column("next_due_at", MOMENT, nullable=True))
    op.add_column("deadline", sa.Column("calendar", sa.Text(), nullable=True))
    op.add_column("deadline", sa.Column("paused_days", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deadline", sa.Column("missed_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_deadline_calendar", "deadline", ["calendar", "started_on"], postgresql_where=sa.text("calendar is not null")
    )
    op.create_table(
        "clock_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("pause", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_clock_pause_case_id")),
        sa.ForeignKeyConstraint(["item_id"], ["assistance_item.id"], name=op.f("fk_clock_pause_item_id")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_clock_pause_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pause")),
    )
    op.create_index(op.f("ix_clock_pause_case_id"), "clock_pause", ["case_id"])
    op.create_table(
        "clock_extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_clock_extension_case_id")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_clock_extension_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_extension")),
    )
    op.create_index(op.f("ix_clock_extension_case_id"), "clock_extension", ["case_id"])
    op.create_table(
        "calendar_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_calendar_change_days")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_calendar_change_set_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_calendar_change_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_change")),
    )
    op.create_table(
        "recomputation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("after_case", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expected", postgresql.JSONB(), nullable=True),
        sa.Column("found", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.CheckConstraint("state in ('queued', 'running', 'done')", name=op.f("ck_recomputation_state")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_recomputation_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recomputation")),
    )
    op.create_index("ix_recomputation_open", "recomputation", ["id"], postgresql_where=sa.text("state <> 'done'"))
    # What stands in the new columns follows from the events: every case is gone through once.
    op.execute(
        "insert into recomputation (why, state, requested_at, total) "
        "select '{\"kind\": \"release\"}', 'queued', now(), (select count(*) from case_file) "
        "where exists (select from case_file)"
    )


def downgrade() -> None:
    op.drop_table("recomputation")
    op.drop_table("calendar_change")
    op.drop_table("clock_extension")
    op.drop_table("clock_pause")
    op.drop_index("ix_deadline_calendar", "deadline")
    op.drop_column("deadline", "missed_on")
    op.drop_column("deadline", "paused_days")
    op.drop_column("deadline", "calendar")
    op.drop_column("case_file", "next_due_at")
