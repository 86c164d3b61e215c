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
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True)


def _of(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), sa.ForeignKey(target), nullable=nullable, primary_key=primary_key)


def upgrade() -> None:
    op.create_table(
        "note",
        _number(),
        _of("case_id", "case_file.id"),
        _of("author_id", "account.id", nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
    )
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"])
    op.create_table(
        "note_mention",
        _of("note_id", "note.id", primary_key=True),
        _of("account_id", "account.id", primary_key=True),
        sa.Column("seen_at", _MOMENT),
    )
    op.create_index(
        "ix_note_mention_unseen", "note_mention", ["account_id", "note_id"], postgresql_where=sa.text("seen_at is null")
    )
    op.create_table(
        "task",
        _number(),
        _of("case_id", "case_file.id"),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _of("assignee_id", "account.id"),
        _of("created_by", "account.id", nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT),
        _of("done_by", "account.id", nullable=True),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"])
    op.create_index(
        "ix_task_open", "task", ["assignee_id", "due_on", "id"], postgresql_where=sa.text("done_at is null")
    )
    op.create_table(
        "case_link",
        _number(),
        _of("one_id", "case_file.id"),
        _of("other_id", "case_file.id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.UniqueConstraint("one_id", "other_id", "kind"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.CheckConstraint("kind in ('same_operation', 'same_person', 'competing', 'follow_up')", name="kind"),
    )
    op.create_index(op.f("ix_case_link_other_id"), "case_link", ["other_id"])
    op.create_table(
        "case_tag",
        _of("case_id", "case_file.id", primary_key=True),
        sa.Column("tag", sa.Text(), primary_key=True),
    )
    op.create_index("ix_case_tag_by_tag", "case_tag", ["tag", "case_id"])
    op.create_table(
        "saved_view",
        _number(),
        _of("owner_id", "account.id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.UniqueConstraint("owner_id", "name"),
    )


def downgrade() -> None:
    for table in ("saved_view", "case_tag", "case_link", "task", "note_mention", "note"):
        op.drop_table(table)
