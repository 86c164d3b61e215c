"""Snapshots of the statistics: their figures, and the cases of each figure.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("computed_at", MOMENT, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=True),
        sa.Column("restated", sa.Text(), server_default="", nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("scope in ('unrestricted', 'all')", name=op.f("ck_snapshot_scope")),
        sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name=op.f("ck_snapshot_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint(
            "as_of", "scope", "definition_version", name=op.f("uq_snapshot_as_of_scope_definition_version")
        ),
    )
    op.create_index("ix_snapshot_latest", "snapshot", ["scope", "definition_version", "as_of"])
    op.create_table(
        "snapshot_figure",
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.Column("median", sa.Float(), nullable=True),
        sa.Column("p75", sa.Float(), nullable=True),
        sa.Column("p90", sa.Float(), nullable=True),
        sa.Column("km_median", sa.Float(), nullable=True),
        sa.Column("withheld", sa.Text(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_figure_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "snapshot_id", "measure", "kind", "direction", "state", name=op.f("pk_snapshot_figure")
        ),
    )
    op.create_table(
        "snapshot_case",
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("days_acknowledge", sa.Integer(), nullable=True),
        sa.Column("days_decide", sa.Integer(), nullable=True),
        sa.Column("days_execute", sa.Integer(), nullable=True),
        sa.Column("days_answer", sa.Integer(), nullable=True),
        sa.Column("days_waiting", sa.Integer(), nullable=True),
        sa.Column("marks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_case_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "case_id", name=op.f("pk_snapshot_case")),
    )


def downgrade() -> None:
    op.drop_table("snapshot_case")
    op.drop_table("snapshot_figure")
    op.drop_table("snapshot")
