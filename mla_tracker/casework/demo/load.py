"""Writing the demonstration: people, directory, cases, through the same acts that a caseworker uses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.services import create_account
from mla_tracker.cases.models import Case
from mla_tracker.cases.recording import Given
from mla_tracker.casework.demo.stories import Step, Story, stories
from mla_tracker.casework.demo.world import OFFICERS, OWN_AUTHORITIES, PARTNERS
from mla_tracker.casework.office import Office
from mla_tracker.casework.recording import record
from mla_tracker.casework.registering import Registered, begin, finish
from mla_tracker.core import clock
from mla_tracker.directory.models import Authority
from mla_tracker.reminders.services import set_notice_floor

PASSWORD: Final = "demonstration-only"  # noqa: S105 - printed on every development start; production refuses it
CASES: Final = 400
SEED: Final = 2019


@dataclass(frozen=True)
class Loaded:
    """How many cases were written, and how many there are to write; for a progress bar."""

    done: int
    total: int


def has_cases(session: Session) -> bool:
    """Whether the office has any case at all."""
    return session.scalar(select(Case.id).limit(1)) is not None


def load(office: Office, *, cases: int = CASES, seed: int = SEED) -> Iterator[Loaded]:
    """Write people, directory and cases; yields after each case. Reminders due before now are never sent (notice
    floor).
    """
    today = clock.today(office.zone)
    with office.sessions() as session:
        actors = _people(session)
        ours, theirs = _directory(session)
        session.commit()
        # First, so that a load that was broken off floods nobody either.
        set_notice_floor(session, clock.now(), "demonstration data", zone=office.zone)
        session.commit()
        told = sorted(stories(cases, seed, today), key=lambda story: story.registration.opened_on)
        officers = cycle([actors[email] for email, _, role in OFFICERS if role == "caseworker"])
        rng = Random(seed)  # noqa: S311 - reproducible invention, no secret
        for number, (story, officer) in enumerate(zip(told, officers, strict=False), start=1):
            _write(office, session, story, officer, actors["supervisor@demo.example"], ours, theirs, rng)
            session.commit()
            session.expunge_all()
            yield Loaded(number, cases)
        set_notice_floor(session, clock.now(), "demonstration data", zone=office.zone)
        session.commit()


def _people(session: Session) -> dict[str, Actor]:
    for email, name, role in OFFICERS:
        if session.scalar(select(Account.id).where(Account.email == email)) is None:
            create_account(session, email=email, name=name, role=role, password=PASSWORD, now=clock.now())
    session.flush()
    accounts = session.scalars(select(Account).where(Account.email.in_([email for email, _, _ in OFFICERS])))
    return {account.email: actor_of(account) for account in accounts}


def _directory(session: Session) -> tuple[list[int], dict[str, int]]:
    """Our own bodies and one central authority a partner; returns their ids."""
    ours = [Authority(state=None, name=name, type_code=code, own=True) for name, code in OWN_AUTHORITIES]
    theirs = {
        row.iso2: Authority(state=row.iso2, name=row.authority, type_code="CA_MLA", languages=[row.language])
        for row in PARTNERS
    }
    session.add_all([*ours, *theirs.values()])
    session.flush()
    return [row.id for row in ours], {iso2: row.id for iso2, row in theirs.items()}


def _write(
    office: Office,
    session: Session,
    story: Story,
    officer: Actor,
    supervisor: Actor,
    ours: list[int],
    theirs: Mapping[str, int],
    rng: Random,
) -> None:
    told = story.registration
    registration = replace(
        told,
        lead_id=officer.account_id,
        named_people=tuple(who.account_id for who in (officer, supervisor) if who.account_id is not None),
        particulars=replace(
            told.particulars,
            counterpart_authority_id=theirs[story.partner.iso2],
            owner_authority_id=rng.choice(ours[:3]) if told.direction == "outgoing" else None,
        ),
        items=tuple(
            replace(item, executing_authority_id=rng.choice(ours[:7]) if told.direction == "incoming" else None)
            for item in told.items
        ),
    )
    opened = begin(office, session, registration, actor=officer, recorded_at=_recorded(registration.opened_on, rng))
    if isinstance(opened, Registered):
        raise AssertionError("demonstration cases carry no submission key")
    items = list(opened.standing.items)
    for step in story.steps:
        opened.actor = supervisor if step.second else officer
        opened.recorded_at = max(opened.recorded_at, _recorded_step(step, rng))
        record(opened, Given(step.code, step.on, step.at, None if step.item is None else items[step.item], step.detail))
    finish(office, opened)


def _recorded(day: object, rng: Random) -> datetime:
    """Some hour of that office day, never in the future."""
    moment = datetime.fromisoformat(f"{day}T08:00:00+00:00") + timedelta(minutes=rng.randint(0, 500))
    return min(moment, clock.now())


def _recorded_step(step: Step, rng: Random) -> datetime:
    """Recorded the same day, or up to three days later for one act in five."""
    late = rng.choice((0, 0, 0, 0, 1, 2, 3)[: 7 if rng.random() < 0.4 else 4])
    base = step.at + timedelta(minutes=30) if step.at else _recorded(step.on, rng)
    return min(base + timedelta(days=late), clock.now())
