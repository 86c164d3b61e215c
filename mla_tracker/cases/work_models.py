"""The tables of what people write beside a request: notes, tasks, links to other requests, tags.

Each row comes with an event of its case; none of them changes where the case stands.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.database import Base


class Note(Base):
    """What somebody wrote to the file, in Markdown. It is not edited: a further note corrects it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    written_at: Mapped[datetime]


class NoteMention(Base):
    """A colleague whom a note is meant for; it stands in his work until he has seen it."""

    __tablename__ = "note_mention"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_note_mention_unseen", "account_id", "note_id", postgresql_where=text("seen_at is null")),
    )


class Task(Base):
    """Something to be done on a case by a day that the office set itself; no time limit of the law."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    what: Mapped[str]
    due_on: Mapped[date]
    assignee_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (Index("ix_task_open", "assignee_id", "due_on", "id", postgresql_where=text("done_at is null")),)


class CaseLink(Base):
    """Two requests that belong together; kept once, the lower id first. It shows on both."""

    __tablename__ = "case_link"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[str]

    __table_args__ = (
        UniqueConstraint("one_id", "other_id", "kind"),
        CheckConstraint("one_id < other_id", name="order"),
        CheckConstraint("kind in ('same_operation', 'same_person', 'competing', 'follow_up')", name="kind"),
    )


class CaseTag(Base):
    """A word of the office by which requests are gathered; kept folded, as it is searched."""

    __tablename__ = "case_tag"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)

    __table_args__ = (Index("ix_case_tag_by_tag", "tag", "case_id"),)
