"""Reads of what people wrote beside a request, and of what waits for somebody because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.cases.work_models import CaseLink, CaseTag, Note, NoteMention, Task

MOST_NOTES = 200
MOST_MINE = 50


@dataclass(frozen=True)
class CaseWork:
    """Notes (newest first, with whom they mention), tasks (open ones first by day), links and tags of one case."""

    notes: Sequence[Any]
    tasks: Sequence[Any]
    links: Sequence[Any]
    tags: Sequence[str]


def work_of(session: Session, actor: Actor, case_id: int) -> CaseWork:
    """All of it in one statement. A link shows only where the actor may see the request at its other end.

    Each row: `part`, `id`, `what` (text, reference or tag), `who`, `about` (people mentioned, subject of a link), `at`
    (written, done), `kind` and `due_on`.
    """
    rows = session.execute(union_all(_notes(case_id), _tasks(case_id), _links(actor, case_id), _tags(case_id))).all()
    parts: Mapping[str, list[Any]] = {"note": [], "task": [], "link": [], "tag": []}
    for row in rows:
        parts[row.part].append(row)
    return CaseWork(
        notes=sorted(parts["note"], key=lambda row: row.id, reverse=True),
        tasks=sorted(parts["task"], key=lambda row: (row.at is not None, row.due_on, row.id)),
        links=sorted(parts["link"], key=lambda row: row.what),
        tags=sorted(row.what for row in parts["tag"]),
    )


def _notes(case_id: int) -> Any:
    mentioned = aliased(Account)
    newest = (
        select(Note.id, Note.text, Note.author_id, Note.written_at)
        .where(Note.case_id == case_id)
        .order_by(Note.id.desc())
        .limit(MOST_NOTES)
        .subquery()
    )
    note = aliased(Note, newest)
    names = (
        select(func.string_agg(mentioned.name, ", "))
        .join(NoteMention, NoteMention.account_id == mentioned.id)
        .where(NoteMention.note_id == note.id)
        .scalar_subquery()
    )
    return select(
        literal("note").label("part"),
        note.id.label("id"),
        note.text.label("what"),
        Account.name.label("who"),
        cast(names, Text).label("about"),
        note.written_at.label("at"),
        cast(null(), Text).label("kind"),
        literal(None, type_=Task.due_on.type).label("due_on"),
    ).outerjoin(Account, Account.id == note.author_id)


def _tasks(case_id: int) -> Any:
    return (
        select(
            literal("task"), Task.id, Task.what, Account.name, cast(null(), Text), Task.done_at, cast(null(), Text),
            Task.due_on,
        )
        .join(Account, Account.id == Task.assignee_id)
        .where(Task.case_id == case_id)
    )  # fmt: skip


def _links(actor: Actor, case_id: int) -> Any:
    other = case((CaseLink.one_id == case_id, CaseLink.other_id), else_=CaseLink.one_id)
    return (
        select(
            literal("link"), CaseLink.id, Case.reference, cast(null(), Text), Case.subject,
            literal(None, type_=Task.done_at.type), CaseLink.kind, Case.closed_on,
        )
        .join(Case, Case.id == other)
        .where(or_(CaseLink.one_id == case_id, CaseLink.other_id == case_id), visible(actor, Case.id))
    )  # fmt: skip


def _tags(case_id: int) -> Any:
    nothing = cast(null(), Text)
    return select(
        literal("tag"), literal(0, type_=CaseTag.case_id.type), CaseTag.tag, nothing, nothing,
        literal(None, type_=Task.done_at.type), nothing, literal(None, type_=Task.due_on.type),
    ).where(CaseTag.case_id == case_id)  # fmt: skip


def tasks_of(session: Session, actor: Actor) -> Sequence[Any]:
    """His open tasks on cases that he may see, the earliest day first; fifty at most."""
    return session.execute(
        select(Task.id, Task.what, Task.due_on, Case.reference, Case.subject, Case.counterpart)
        .join(Case, Case.id == Task.case_id)
        .where(Task.assignee_id == actor.account_id, Task.done_at.is_(None), visible(actor, Case.id))
        .order_by(Task.due_on, Task.id)
        .limit(MOST_MINE)
    ).all()


def mentions_of(session: Session, actor: Actor) -> Sequence[Any]:
    """Notes for him that he has not marked as seen, on cases that he may see; the newest first, fifty at most."""
    return session.execute(
        select(Note.id, Note.text, Note.written_at, Account.name.label("who"), Case.reference, Case.counterpart)
        .join(NoteMention, NoteMention.note_id == Note.id)
        .join(Case, Case.id == Note.case_id)
        .outerjoin(Account, Account.id == Note.author_id)
        .where(NoteMention.account_id == actor.account_id, NoteMention.seen_at.is_(None), visible(actor, Case.id))
        .order_by(Note.id.desc())
        .limit(MOST_MINE)
    ).all()


def mark_seen(session: Session, actor: Actor, note_id: int, now: datetime) -> None:
    """He has seen a note that mentions him; the caller commits. Others' mentions are not touched."""
    mention = session.get(NoteMention, (note_id, actor.account_id))
    if mention is not None and mention.seen_at is None:
        mention.seen_at = now
