"""Notes, tasks, links and tags of a case, written in an act: each leaves an event; what is wrong is said by field."""

from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mla_tracker.accounts.models import Account, NeedToKnow
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from mla_tracker.accounts.visibility import visible
from mla_tracker.cases.models import Case
from mla_tracker.cases.open_act import OpenAct
from mla_tracker.cases.search import fold
from mla_tracker.cases.work_models import CaseLink, CaseTag, Note, NoteMention, Task
from mla_tracker.core.errors import Invalid

LINK_KINDS: Final = ("same_operation", "same_person", "competing", "follow_up")
LONGEST_NOTE: Final = 20_000
LONGEST_TAG: Final = 40
_READERS: Final = [role.value for role in Role if Permission.CASE_READ in ROLE_PERMISSIONS[role]]


def readers_of(session: Session, case: Case) -> list[tuple[int, str]]:
    """The active people who can read this case, by name: a note or a task is for one of them."""
    who = select(Account.id, Account.name).where(Account.active, Account.role.in_(_READERS)).order_by(Account.name)
    if case.confidentiality == "restricted":
        who = who.where(Account.id.in_(select(NeedToKnow.account_id).where(NeedToKnow.case_id == case.id)))
    return [(account_id, name) for account_id, name in session.execute(who)]


def add_note(act: OpenAct, text: str, mentioned: Collection[int] = ()) -> Note:
    """A note to the file, and to the colleagues whom it mentions. Raises `Invalid`."""
    if not text.strip():
        raise Invalid({"text": "Write the note."})
    if len(text) > LONGEST_NOTE:
        raise Invalid({"text": f"A note has {LONGEST_NOTE} characters at most."})
    if not set(mentioned) <= {account_id for account_id, _name in readers_of(act.session, act.case)}:
        raise Invalid({"mentioned": "Choose people who can read this request."})
    note = Note(case_id=act.case.id, author_id=act.actor.account_id, text=text.strip(), written_at=act.recorded_at)
    act.session.add(note)
    act.session.flush()
    act.session.add_all(NoteMention(note_id=note.id, account_id=one) for one in sorted(set(mentioned)))
    act.append("note_added", on=act.today, detail={"note": note.id, "mentioned": sorted(set(mentioned))})
    return note


def add_task(act: OpenAct, what: str, due_on: date | None, assignee_id: int | None) -> Task:
    """Something to be done by a day, by somebody. Raises `Invalid`."""
    errors = {}
    if not what.strip():
        errors["what"] = "Say what is to be done."
    if due_on is None:
        errors["due_on"] = "Enter the day by which it is to be done."
    if assignee_id not in {account_id for account_id, _name in readers_of(act.session, act.case)}:
        errors["assignee_id"] = "Choose a person who can read this request."
    if errors or due_on is None or assignee_id is None:
        raise Invalid(errors)
    task = Task(
        case_id=act.case.id, what=what.strip(), due_on=due_on, assignee_id=assignee_id,
        created_by=act.actor.account_id, created_at=act.recorded_at,
    )  # fmt: skip
    act.session.add(task)
    act.session.flush()
    act.append("task_added", on=act.today, detail={"task": task.id, "due": due_on.isoformat(), "for": assignee_id})
    return task


def end_task(act: OpenAct, task_id: int) -> None:
    """It is done; a task that is done already stays as it is. Raises `Invalid` where there is no such task."""
    task = act.session.scalar(select(Task).where(Task.id == task_id, Task.case_id == act.case.id))
    if task is None:
        raise Invalid({"task": "There is no such task on this request."})
    if task.done_at is None:
        task.done_at, task.done_by = act.recorded_at, act.actor.account_id
        act.append("task_done", on=act.today, detail={"task": task.id})


def link_to(act: OpenAct, reference: str, kind: str) -> None:
    """This request belongs together with another one that the actor may see. Raises `Invalid`."""
    other = act.session.scalar(
        select(Case).where(Case.reference == reference.strip().upper(), visible(act.actor, Case.id))
    )
    if other is None or other.id == act.case.id:
        raise Invalid({"reference": "Enter the reference of another request."})
    if kind not in LINK_KINDS:
        raise Invalid({"kind": "Say how they belong together."})
    one, second = sorted((act.case.id, other.id))
    same = (CaseLink.one_id == one, CaseLink.other_id == second, CaseLink.kind == kind)
    if act.session.scalar(select(CaseLink.id).where(*same)) is not None:
        raise Invalid({"reference": "They are linked already."})
    act.session.add(CaseLink(one_id=one, other_id=second, kind=kind))
    act.append("linked", on=act.today, detail={"case": other.id, "kind": kind})


def unlink(act: OpenAct, link_id: int) -> None:
    """Take a link away. Raises `Invalid` where this request has none of that number."""
    here = or_(CaseLink.one_id == act.case.id, CaseLink.other_id == act.case.id)
    link = act.session.scalar(select(CaseLink).where(CaseLink.id == link_id, here))
    if link is None:
        raise Invalid({"link": "There is no such link on this request."})
    other = link.other_id if link.one_id == act.case.id else link.one_id
    act.session.delete(link)
    act.append("unlinked", on=act.today, detail={"case": other, "kind": link.kind})


def tag_of(typed: str) -> str:
    """The word as it is kept: folded, without commas. Raises `Invalid` for none or one that is too long."""
    tag = fold(typed.replace(",", " "))
    if not tag or len(tag) > LONGEST_TAG:
        raise Invalid({"tag": f"Enter a word of {LONGEST_TAG} letters at most."})
    return tag


def add_tag(act: OpenAct, typed: str) -> bool:
    """Gather this request under a word; False where it was already."""
    tag = tag_of(typed)
    if act.session.get(CaseTag, (act.case.id, tag)) is not None:
        return False
    act.session.add(CaseTag(case_id=act.case.id, tag=tag))
    act.append("tagged", on=act.today, detail={"tag": tag})
    return True


def remove_tag(act: OpenAct, tag: str) -> None:
    """Take the word off; nothing is recorded where it was not there."""
    row = act.session.get(CaseTag, (act.case.id, tag))
    if row is not None:
        act.session.delete(row)
        act.append("untagged", on=act.today, detail={"tag": tag})
