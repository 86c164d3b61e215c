"""The code lists (legal bases, grounds, duties, offences …), States, types of authority and authorities.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE_LISTS = (
    "authority_type",
    "legal_basis",
    "ground",
    "duty",
    "bar",
    "offence",
    "assistance_type",
    "delay_reason",
    "time_limit",
)


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    for table in CODE_LISTS:
        op.create_table(
            table,
            sa.Column("code", sa.Text(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("label", sa.Text(), nullable=False),
            sa.Column("check_mark", sa.Text(), nullable=False),
            sa.Column("definition", postgresql.JSONB(), nullable=False),
            sa.Column("origin", sa.Text(), nullable=False),
            sa.Column("seed_version", sa.Text(), nullable=True),
            sa.Column("edited_at", moment, nullable=True),
            sa.Column("retired_at", moment, nullable=True),
            sa.Column("changed_at", moment, nullable=False),
            sa.PrimaryKeyConstraint("code", name=op.f(f"pk_{table}")),
            sa.CheckConstraint("origin in ('seed', 'office')", name=op.f(f"ck_{table}_origin")),
        )
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "state",
        sa.Column("iso2", sa.Text(), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("treaties", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("iso2", name=op.f("pk_state")),
    )
    op.create_table(
        "authority",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("own", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_native", sa.Text(), server_default="", nullable=False),
        sa.Column("competent_for", sa.Text(), server_default="", nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("urgent_contact", sa.Text(), server_default="", nullable=False),
        sa.Column("website", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("retired_at", moment, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("own = (state is null)", name=op.f("ck_authority_own_or_state")),
        sa.ForeignKeyConstraint(["state"], ["state.iso2"], name=op.f("fk_authority_state")),
        sa.ForeignKeyConstraint(["type_code"], ["authority_type.code"], name=op.f("fk_authority_type_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    op.create_index("ix_authority_of_state", "authority", ["state", "type_code"])
    op.create_index("ix_authority_own", "authority", ["name"], postgresql_where=sa.text("own"))


def downgrade() -> None:
    op.drop_table("authority")
    op.drop_table("state")
    op.drop_table("catalogue_version")
    for table in reversed(CODE_LISTS):
        op.drop_table(table)
