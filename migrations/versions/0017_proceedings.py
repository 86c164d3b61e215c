"""Proceedings that follow a request or stand beside it.

Revision ID: 0017
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None

APPEND_ONLY = ("proceeding_event", "proceeding_event_detail")


def upgrade() -> None:
    op.create_table(
        "proceeding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_proceeding_case_id")),
        sa.ForeignKeyConstraint(["counterpart"], ["state.iso2"], name=op.f("fk_proceeding_counterpart")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding")),
        sa.UniqueConstraint("reference", name=op.f("uq_proceeding_reference")),
    )
    op.create_index(op.f("ix_proceeding_case_id"), "proceeding", ["case_id"])
    op.create_index("ix_proceeding_by_opening", "proceeding", ["opened_on", "id"])
    op.create_table(
        "proceeding_event",
        sa.Column("proceeding_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("detail_digest", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_event_proceeding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_event")),
        sa.UniqueConstraint("proceeding_id", "seq", name=op.f("uq_proceeding_event_proceeding_id_seq")),
    )
    op.create_table(
        "proceeding_event_detail",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["proceeding_event.id"], name=op.f("fk_proceeding_event_detail_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_proceeding_event_detail")),
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("proceeding_event_detail")
    op.drop_table("proceeding_event")
    op.drop_table("proceeding")
