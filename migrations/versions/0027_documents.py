"""Documents, their versions, legal holds, and the daily check of every stored file.

Revision ID: 0027
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("exhibit", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("deletion_ground", sa.Text(), nullable=True),
        sa.Column("deletion_reason", sa.Text(), nullable=True),
        sa.Column("deletion_asked_at", MOMENT, nullable=True),
        sa.Column("deletion_asked_by", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("deleted_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(relation is null) = (source_id is null)", name=op.f("ck_document_source")),
        sa.CheckConstraint(
            "(deletion_asked_at is null) = (deletion_ground is null) and "
            "(deletion_asked_at is null) = (deletion_reason is null)",
            name=op.f("ck_document_deletion"),
        ),
        sa.CheckConstraint("deleted_at is null or deletion_asked_at is not null", name=op.f("ck_document_deleted")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id")),
        sa.ForeignKeyConstraint(["source_id"], ["document.id"], name=op.f("fk_document_source_id")),
        sa.ForeignKeyConstraint(["deletion_asked_by"], ["account.id"], name=op.f("fk_document_deletion_asked_by")),
        sa.ForeignKeyConstraint(["deleted_by"], ["account.id"], name=op.f("fk_document_deleted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_document_case_id_number")),
    )
    op.create_index("ix_document_source_id", "document", ["source_id"])
    op.create_index(
        "ix_document_deletion_asked",
        "document",
        ["case_id"],
        postgresql_where=sa.text("deletion_asked_at is not null"),
    )
    op.create_table(
        "document_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("storage_name", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("made", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("scanned", sa.Text(), nullable=True),
        sa.Column("scanned_at", MOMENT, nullable=True),
        sa.Column("scan_finding", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("damage", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_document_version_sha256")),
        sa.CheckConstraint(
            "source_sha256 is null or octet_length(source_sha256) = 32",
            name=op.f("ck_document_version_source_sha256"),
        ),
        sa.CheckConstraint("scanned in ('clean', 'infected')", name=op.f("ck_document_version_scanned")),
        sa.CheckConstraint("scanned is null or scanned_at is not null", name=op.f("ck_document_version_scanned_at")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_version_document_id")),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_document_version_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_document_version_document_id_number")),
        sa.UniqueConstraint("storage_name", name=op.f("uq_document_version_storage_name")),
    )
    op.create_index("ix_document_version_by_person", "document_version", ["added_by", "added_at"])
    op.create_index(
        "ix_document_version_to_check",
        "document_version",
        [sa.text("checked_at nulls first"), "id"],
        postgresql_where=sa.text("wrapped_key is not null"),
    )
    op.create_index(
        "ix_document_version_to_scan",
        "document_version",
        ["id"],
        postgresql_where=sa.text("scanned is null and wrapped_key is not null and not made"),
    )
    op.create_index("ix_document_version_damaged", "document_version", ["id"], postgresql_where=sa.text("damage <> ''"))
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("placed_by", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_legal_hold_case_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["account.id"], name=op.f("fk_legal_hold_placed_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_legal_hold_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "ix_legal_hold_standing",
        "legal_hold",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.create_table(
        "fixity_run",
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("checked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("damaged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("set_aside", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("run_on", name=op.f("pk_fixity_run")),
    )


def downgrade() -> None:
    op.drop_table("fixity_run")
    op.drop_table("legal_hold")
    op.drop_table("document_version")
    op.drop_table("document")
