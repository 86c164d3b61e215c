"""The audit trail: chained entries, their heads, anchors, and the triggers that refuse every change.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("administration_entry", "administration_detail", "access_entry", "anchor", "anchor_leaf")

# Statement triggers, because a row trigger sees no TRUNCATE. Whoever owns the tables can take the triggers away: the
# product runs as a role that owns nothing.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refused: "%" is part of the audit trail', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("anchored_length", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_chain_head")),
    )
    op.create_index(
        "ix_chain_head_not_anchored", "chain_head", ["chain"], postgresql_where=sa.text("length <> anchored_length")
    )
    op.create_table(
        "administration_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("detail_digest", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration_entry")),
        sa.UniqueConstraint("seq", name=op.f("uq_administration_entry_seq")),
    )
    op.create_index("ix_administration_entry_by_code", "administration_entry", ["code", "seq"])
    op.create_index("ix_administration_entry_by_actor", "administration_entry", ["actor_id", "seq"])
    op.create_index("ix_administration_entry_by_moment", "administration_entry", ["recorded_at"])
    op.create_table(
        "administration_detail",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["administration_entry.id"], name=op.f("fk_administration_detail_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_administration_detail")),
    )
    op.create_table(
        "access_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_access_entry_chain_seq")),
    )
    op.create_index(
        "ix_access_entry_by_case",
        "access_entry",
        ["case_id", "recorded_at"],
        postgresql_where=sa.text("case_id is not null"),
    )
    op.create_index("ix_access_entry_by_actor", "access_entry", ["actor_id", "recorded_at"])
    op.create_index("ix_access_entry_by_moment", "access_entry", ["recorded_at"])
    op.create_table(
        "anchor",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_anchor")),
    )
    op.create_table(
        "anchor_leaf",
        sa.Column("anchor_seq", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["anchor_seq"], ["anchor.seq"], name=op.f("fk_anchor_leaf_anchor_seq")),
        sa.PrimaryKeyConstraint("anchor_seq", "chain", name=op.f("pk_anchor_leaf")),
    )
    op.create_index("ix_anchor_leaf_by_chain", "anchor_leaf", ["chain", "length"])

    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER chain_head_kept BEFORE DELETE OR TRUNCATE ON chain_head "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in ("anchor_leaf", "anchor", "access_entry", "administration_detail", "administration_entry"):
        op.drop_table(table)
    op.drop_table("chain_head")
    op.execute("DROP FUNCTION refuse_change()")
