"""Requests with their files: events, items, persons, decisions, exchanges, deadlines.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("case_event", "case_event_detail")


def upgrade() -> None:
    op.create_table(
        "reference_counter",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("submission_key", sa.Text(), nullable=True),
        sa.Column("former_reference", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts_summary", sa.Text(), server_default="", nullable=False),
        sa.Column("operation", sa.Text(), server_default="", nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=True),
        sa.Column("counterpart_authority_id", sa.BigInteger(), nullable=True),
        sa.Column("their_reference", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_authority_id", sa.BigInteger(), nullable=True),
        sa.Column("urgency", sa.Text(), server_default="routine", nullable=False),
        sa.Column("urgency_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("confidentiality", sa.Text(), nullable=True),
        sa.Column("confidentiality_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("wanted_for", sa.Text(), nullable=True),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("no_basis_named", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("needed_by_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("hearing_on", sa.Date(), nullable=True),
        sa.Column("limitation_on", sa.Date(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("taken_over", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_custody", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "confidentiality in ('ordinary', 'confidential', 'restricted')", name=op.f("ck_case_file_confidentiality")
        ),
        sa.CheckConstraint("direction in ('incoming', 'outgoing')", name=op.f("ck_case_file_direction")),
        sa.CheckConstraint("kind in ('mla', 'extradition')", name=op.f("ck_case_file_kind")),
        sa.CheckConstraint("urgency in ('routine', 'urgent', 'most_urgent')", name=op.f("ck_case_file_urgency")),
        sa.ForeignKeyConstraint(["counterpart"], ["state.iso2"], name=op.f("fk_case_file_counterpart")),
        sa.ForeignKeyConstraint(
            ["counterpart_authority_id"], ["authority.id"], name=op.f("fk_case_file_counterpart_authority_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["account.id"], name=op.f("fk_case_file_lead_id")),
        sa.ForeignKeyConstraint(["owner_authority_id"], ["authority.id"], name=op.f("fk_case_file_owner_authority_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["case_file.id"], name=op.f("fk_case_file_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_file_reference")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_case_file_submission_key")),
    )
    op.create_index(
        "ix_case_file_by_due",
        "case_file",
        [sa.literal_column("coalesce(next_due_on, '9999-12-31'::date)"), "id"],
        unique=False,
    )
    op.create_index(
        "ix_case_file_by_lead",
        "case_file",
        ["lead_id", sa.literal_column("coalesce(next_due_on, '9999-12-31'::date)"), "id"],
        unique=False,
        postgresql_where=sa.text("closed_on is null"),
    )
    op.create_index(
        "ix_case_file_by_opening",
        "case_file",
        [sa.literal_column("opened_on desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index(
        "ix_case_file_by_state",
        "case_file",
        ["counterpart", sa.literal_column("opened_on desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index(
        "ix_case_file_by_status",
        "case_file",
        ["status", sa.literal_column("opened_on desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index(
        op.f("ix_case_file_counterpart_authority_id"), "case_file", ["counterpart_authority_id"], unique=False
    )
    op.create_index(
        "ix_case_file_open_by_due",
        "case_file",
        [sa.literal_column("coalesce(next_due_on, '9999-12-31'::date)"), "id"],
        unique=False,
        postgresql_where=sa.text("closed_on is null"),
    )
    op.create_index(op.f("ix_case_file_owner_authority_id"), "case_file", ["owner_authority_id"], unique=False)
    op.create_index(op.f("ix_case_file_parent_id"), "case_file", ["parent_id"], unique=False)
    op.create_index(
        "ix_case_file_search",
        "case_file",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_case_file_their_reference",
        "case_file",
        ["their_reference"],
        unique=False,
        postgresql_where=sa.text("their_reference <> ''"),
    )
    op.create_table(
        "assistance_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("coercive", sa.Boolean(), nullable=False),
        sa.Column("executing_authority_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_assistance_item_case_id")),
        sa.ForeignKeyConstraint(
            ["executing_authority_id"], ["authority.id"], name=op.f("fk_assistance_item_executing_authority_id")
        ),
        sa.ForeignKeyConstraint(["type_code"], ["assistance_type.code"], name=op.f("fk_assistance_item_type_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_item")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_assistance_item_case_id_number")),
    )
    op.create_index(
        op.f("ix_assistance_item_executing_authority_id"), "assistance_item", ["executing_authority_id"], unique=False
    )
    op.create_table(
        "case_legal_basis",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("basis_code", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["basis_code"], ["legal_basis.code"], name=op.f("fk_case_legal_basis_basis_code")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_legal_basis_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_legal_basis")),
        sa.UniqueConstraint("case_id", "basis_code", name=op.f("uq_case_legal_basis_case_id_basis_code")),
    )
    op.create_table(
        "case_offence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("offence_code", sa.Text(), nullable=False),
        sa.Column("domestic_article", sa.Text(), server_default="", nullable=False),
        sa.Column("penalty", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_offence_case_id")),
        sa.ForeignKeyConstraint(["offence_code"], ["offence.code"], name=op.f("fk_case_offence_offence_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_offence")),
        sa.UniqueConstraint(
            "case_id",
            "offence_code",
            "domestic_article",
            name=op.f("uq_case_offence_case_id_offence_code_domestic_article"),
        ),
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_seq", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("opened_by in ('us', 'other_state')", name=op.f("ck_consultation_opened_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_consultation_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(op.f("ix_consultation_case_id"), "consultation", ["case_id"], unique=False)
    op.create_table(
        "information_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_seq", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=True),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_kind", sa.Text(), nullable=True),
        sa.CheckConstraint("asked_by in ('us', 'other_state')", name=op.f("ck_information_request_asked_by")),
        sa.CheckConstraint(
            "end_kind in ('answered', 'not_answered', 'overtaken')", name=op.f("ck_information_request_end_kind")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_information_request_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
    )
    op.create_index(op.f("ix_information_request_case_id"), "information_request", ["case_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_person", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("born_on", sa.Text(), server_default="", nullable=False),
        sa.Column("nationality", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "role in ('sought', 'suspect', 'witness', 'expert', 'victim', 'holder', 'other')",
            name=op.f("ck_person_role"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_person_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_case_id"), "person", ["case_id"], unique=False)
    op.create_table(
        "postponement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("ground_code", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("postponed_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_postponement_case_id")),
        sa.ForeignKeyConstraint(["ground_code"], ["ground.code"], name=op.f("fk_postponement_ground_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postponement")),
    )
    op.create_index(op.f("ix_postponement_case_id"), "postponement", ["case_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("happened_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("corrects_seq", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("detail_digest", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id")),
        sa.ForeignKeyConstraint(["item_id"], ["assistance_item.id"], name=op.f("fk_case_event_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_event_case_id_seq")),
    )
    op.create_index("ix_case_event_by_day", "case_event", ["code", "happened_on"], unique=False)
    op.create_index(op.f("ix_case_event_item_id"), "case_event", ["item_id"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("bound", sa.Text(), nullable=False),
        sa.Column("start_code", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cautious_on", sa.Date(), nullable=True),
        sa.Column("before_roll_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_kind", sa.Text(), nullable=True),
        sa.Column("provisional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("check_mark", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("next_rung_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("bound in ('ours', 'theirs')", name=op.f("ck_deadline_bound")),
        sa.CheckConstraint(
            "end_kind in ('met', 'missed', 'moot', 'restarted', 'ended')", name=op.f("ck_deadline_end_kind")
        ),
        sa.CheckConstraint("(ended_on is null) = (end_kind is null)", name=op.f("ck_deadline_ended")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deadline_case_id")),
        sa.ForeignKeyConstraint(["item_id"], ["assistance_item.id"], name=op.f("fk_deadline_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint("case_id", "run_key", name=op.f("uq_deadline_case_id_run_key")),
    )
    op.create_index(
        "ix_deadline_next_rung",
        "deadline",
        ["next_rung_on"],
        unique=False,
        postgresql_where=sa.text("next_rung_on is not null"),
    )
    op.create_index(
        "ix_deadline_running",
        "deadline",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("ended_on is null and due_on is not null"),
    )
    op.create_table(
        "person_name",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_name_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_name")),
    )
    op.create_index(op.f("ix_person_name_person_id"), "person_name", ["person_id"], unique=False)
    op.create_table(
        "refusal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("proposed_seq", sa.Integer(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("reasons_recorded", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("no_consultation_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("sent_back_on", sa.Date(), nullable=True),
        sa.Column("communicated_on", sa.Date(), nullable=True),
        sa.CheckConstraint("given_by in ('us', 'court', 'other_state')", name=op.f("ck_refusal_given_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_refusal_case_id")),
        sa.ForeignKeyConstraint(["item_id"], ["assistance_item.id"], name=op.f("fk_refusal_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_index(op.f("ix_refusal_case_id"), "refusal", ["case_id"], unique=False)
    op.create_table(
        "case_event_detail",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["case_event.id"], name=op.f("fk_case_event_detail_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_case_event_detail")),
    )
    op.create_table(
        "refusal_ground",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("refusal_id", sa.BigInteger(), nullable=False),
        sa.Column("ground_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ground_code"], ["ground.code"], name=op.f("fk_refusal_ground_ground_code")),
        sa.ForeignKeyConstraint(["refusal_id"], ["refusal.id"], name=op.f("fk_refusal_ground_refusal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal_ground")),
    )
    op.create_index("ix_refusal_ground_unique", "refusal_ground", ["refusal_id", "ground_code"], unique=True)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_index("ix_refusal_ground_unique", table_name="refusal_ground")
    op.drop_table("refusal_ground")
    op.drop_table("case_event_detail")
    op.drop_index(op.f("ix_refusal_case_id"), table_name="refusal")
    op.drop_table("refusal")
    op.drop_index(op.f("ix_person_name_person_id"), table_name="person_name")
    op.drop_table("person_name")
    op.drop_index(
        "ix_deadline_running",
        table_name="deadline",
        postgresql_where=sa.text("ended_on is null and due_on is not null"),
    )
    op.drop_index("ix_deadline_next_rung", table_name="deadline", postgresql_where=sa.text("next_rung_on is not null"))
    op.drop_table("deadline")
    op.drop_index(op.f("ix_case_event_item_id"), table_name="case_event")
    op.drop_index("ix_case_event_by_day", table_name="case_event")
    op.drop_table("case_event")
    op.drop_index(op.f("ix_postponement_case_id"), table_name="postponement")
    op.drop_table("postponement")
    op.drop_index(op.f("ix_person_case_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_information_request_case_id"), table_name="information_request")
    op.drop_table("information_request")
    op.drop_index(op.f("ix_consultation_case_id"), table_name="consultation")
    op.drop_table("consultation")
    op.drop_table("case_offence")
    op.drop_table("case_legal_basis")
    op.drop_index(op.f("ix_assistance_item_executing_authority_id"), table_name="assistance_item")
    op.drop_table("assistance_item")
    op.drop_index(
        "ix_case_file_their_reference", table_name="case_file", postgresql_where=sa.text("their_reference <> ''")
    )
    op.drop_index(
        "ix_case_file_search",
        table_name="case_file",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_case_file_parent_id"), table_name="case_file")
    op.drop_index(op.f("ix_case_file_owner_authority_id"), table_name="case_file")
    op.drop_index("ix_case_file_open_by_due", table_name="case_file", postgresql_where=sa.text("closed_on is null"))
    op.drop_index(op.f("ix_case_file_counterpart_authority_id"), table_name="case_file")
    op.drop_index("ix_case_file_by_status", table_name="case_file")
    op.drop_index("ix_case_file_by_state", table_name="case_file")
    op.drop_index("ix_case_file_by_opening", table_name="case_file")
    op.drop_index("ix_case_file_by_lead", table_name="case_file", postgresql_where=sa.text("closed_on is null"))
    op.drop_index("ix_case_file_by_due", table_name="case_file")
    op.drop_table("case_file")
    op.drop_table("reference_counter")
