"""Notes, tasks, links between requests and tags; views of the list that are kept and shared.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)


def _number() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _of(table: str, name: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    reference = sa.ForeignKey(target, name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, sa.BigInteger(), reference, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "note",
        _number(),
        _of("note", "case_id", "case_file.id"),
        _of("note", "author_id", "account.id", nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        _key("note"),
    )
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"])
    op.create_table(
        "note_mention",
        _of("note_mention", "note_id", "note.id"),
        _of("note_mention", "account_id", "account.id"),
        sa.Column("seen_at", _MOMENT),
        _key("note_mention", "note_id", "account_id"),
    )
    op.create_index(
        "ix_note_mention_unseen", "note_mention", ["account_id", "note_id"], postgresql_where=sa.text("seen_at is null")
    )
    op.create_table(
        "task",
        _number(),
        _of("task", "case_id", "case_file.id"),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _of("task", "assignee_id", "account.id"),
        _of("task", "created_by", "account.id", nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT),
        _of("task", "done_by", "account.id", nullable=True),
        _key("task"),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"])
    op.create_index(
        "ix_task_open", "task", ["assignee_id", "due_on", "id"], postgresql_where=sa.text("done_at is null")
    )
    op.create_table(
        "case_link",
        _number(),
        _of("case_link", "one_id", "case_file.id"),
        _of("case_link", "other_id", "case_file.id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.UniqueConstraint("one_id", "other_id", "kind", name=op.f("uq_case_link_one_id_other_id_kind")),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_case_link_order")),
        sa.CheckConstraint(
            "kind in ('same_operation', 'same_person', 'competing', 'follow_up')", name=op.f("ck_case_link_kind")
        ),
        _key("case_link"),
    )
    op.create_index(op.f("ix_case_link_other_id"), "case_link", ["other_id"])
    op.create_table(
        "case_tag",
        _of("case_tag", "case_id", "case_file.id"),
        sa.Column("tag", sa.Text(), nullable=False),
        _key("case_tag", "case_id", "tag"),
    )
    op.create_index("ix_case_tag_by_tag", "case_tag", ["tag", "case_id"])
    op.create_table(
        "saved_view",
        _number(),
        _of("saved_view", "owner_id", "account.id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_view_owner_id_name")),
        _key("saved_view"),
    )


def downgrade() -> None:
    for table in ("saved_view", "case_tag", "case_link", "task", "note_mention", "note"):
        op.drop_table(table)
