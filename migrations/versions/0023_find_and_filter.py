"""Names get a key across scripts, facts are searched, words of two letters use the index, filters get theirs.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from mla_tracker.cases.names import name_key
from mla_tracker.cases.search import search_text

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_DUE = "coalesce(next_due_on, '9999-12-31'::date)"
_ROWS_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("person_name", sa.Column("name_key", sa.Text(), server_default="", nullable=False))
    _fill()
    op.alter_column("person_name", "name_key", server_default=None)
    op.create_index(
        "ix_person_name_by_key",
        "person_name",
        ["name_key"],
        postgresql_using="gin",
        postgresql_ops={"name_key": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_case_file_by_outcome",
        "case_file",
        ["outcome", sa.text("opened_on desc"), sa.text("id desc")],
        postgresql_where=sa.text("outcome is not null"),
    )
    op.create_index(
        "ix_case_file_by_closing", "case_file", ["closed_on"], postgresql_where=sa.text("closed_on is not null")
    )
    op.create_index(
        "ix_case_file_unassigned",
        "case_file",
        [sa.text(_DUE), "id"],
        postgresql_where=sa.text("lead_id is null and closed_on is null"),
    )
    op.create_index(
        "ix_case_file_in_custody",
        "case_file",
        [sa.text(_DUE), "id"],
        postgresql_where=sa.text("next_custody and closed_on is null"),
    )
    op.create_index(
        "ix_case_file_open_by_status",
        "case_file",
        ["status_since", "id"],
        postgresql_where=sa.text("closed_on is null"),
    )
    op.create_index("ix_assistance_item_by_type", "assistance_item", ["type_code", "case_id"])
    op.create_index("ix_case_legal_basis_by_basis", "case_legal_basis", ["basis_code", "case_id"])
    op.create_index(
        "ix_refusal_to_approve",
        "refusal",
        ["case_id"],
        postgresql_where=sa.text("approved_on is null and sent_back_on is null"),
    )
    op.create_index(
        "ix_deadline_custody",
        "deadline",
        ["due_on", "id"],
        postgresql_where=sa.text("clock = 'max_custody' and ended_on is null and due_on is not null"),
    )


def _fill() -> None:
    """Keys of the names, then the text of each case anew: folding is done here, not by the database."""
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT id, name FROM person_name")).all()
    for start in range(0, len(names), _ROWS_AT_ONCE):
        connection.execute(
            sa.text("UPDATE person_name SET name_key = :key WHERE id = :id"),
            [{"id": row.id, "key": name_key(row.name)} for row in names[start : start + _ROWS_AT_ONCE]],
        )
    cases = connection.execute(
        sa.text(
            "SELECT id, reference, former_reference, their_reference, subject, operation, facts_summary,"
            " (SELECT array_agg(n.name ORDER BY n.id) FROM person p JOIN person_name n ON n.person_id = p.id"
            "  WHERE p.case_id = c.id) AS names FROM case_file c"
        )
    ).all()
    for start in range(0, len(cases), _ROWS_AT_ONCE):
        connection.execute(
            sa.text("UPDATE case_file SET search_text = :text WHERE id = :id"),
            [
                {"id": row.id, "text": search_text([*row[1:7], *(row.names or ())])}
                for row in cases[start : start + _ROWS_AT_ONCE]
            ],
        )


def downgrade() -> None:
    for table, index in (
        ("deadline", "ix_deadline_custody"),
        ("refusal", "ix_refusal_to_approve"),
        ("case_legal_basis", "ix_case_legal_basis_by_basis"),
        ("assistance_item", "ix_assistance_item_by_type"),
        ("case_file", "ix_case_file_open_by_status"),
        ("case_file", "ix_case_file_in_custody"),
        ("case_file", "ix_case_file_unassigned"),
        ("case_file", "ix_case_file_by_closing"),
        ("case_file", "ix_case_file_by_outcome"),
        ("person_name", "ix_person_name_by_key"),
    ):
        op.drop_index(index, table_name=table)
    op.drop_column("person_name", "name_key")
