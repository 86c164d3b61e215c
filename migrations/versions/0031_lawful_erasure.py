"""Lawful erasure: the owner, and nobody else, may delete the detail of an entry while it says that it erases.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# The runtime role has no right to delete here at all; an UPDATE or a TRUNCATE is refused to everybody as before.
REFUSE_BUT_ERASURE = """
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('mla.erasing', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% refused: "%" is part of the audit trail', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def upgrade() -> None:
    op.execute(REFUSE_BUT_ERASURE)
    _trigger("refuse_change_but_erasure")


def downgrade() -> None:
    _trigger("refuse_change")
    op.execute("DROP FUNCTION refuse_change_but_erasure()")


def _trigger(function: str) -> None:
    op.execute("DROP TRIGGER refuse_change ON case_event_detail")
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event_detail "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
