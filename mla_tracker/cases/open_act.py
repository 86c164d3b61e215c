"""A case that is locked and being written to: the only way an event is added.

`casework/act.py` opens it, hands it to the capability packages (`decisions.refuse(act, …)`) and closes it again.
`append`
checks the rule of the table, the right of the actor, the second person, the day and the facts, and chains the entry;
what follows from the events (status, deadlines, notices) is written once, on closing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import Permission
from mla_tracker.audit.chain import AuditKey, canonical, detail_digest, new_salt, seal
from mla_tracker.cases.facts import CaseFile, lacking, misfits, unanswered, unmet
from mla_tracker.cases.file_entries import BEFORE_THE_REQUEST, FILE_ENTRIES
from mla_tracker.cases.file_events import FILE_EVENTS
from mla_tracker.cases.life_cycle import LifeCycle, LifeCycles, Transition, TransitionNotAllowed
from mla_tracker.cases.models import AssistanceItem, Case, CaseEvent, CaseEventDetail
from mla_tracker.cases.queries import case_file
from mla_tracker.cases.registration import next_item_number
from mla_tracker.cases.replay import Entry, Standing, effective, items_move, replay
from mla_tracker.cases.sequence import before_its_cause, set_too_early
from mla_tracker.core.clock import local_date
from mla_tracker.core.errors import DomainError, Invalid, NotPermitted

EVENT_FIELDS: Final = ("code", "happened_on", "happened_at", "item_id", "corrects_seq")


class SecondPersonNeeded(DomainError):
    """The act must be done by another person than the one before it."""


@dataclass
class OpenAct:
    """One case, locked. `on` is the legal day of what is recorded unless an append says otherwise."""

    session: Session
    case: Case
    actor: Actor
    on: date
    recorded_at: datetime
    zone: ZoneInfo
    tables: LifeCycles
    key: AuditKey
    entries: list[Entry] = field(default_factory=list)
    length: int = 0
    last_mac: bytes = b""
    first_new: int = 0
    _standing: Standing | None = None

    @property
    def cycle(self) -> LifeCycle:
        return self.tables.of(self.case.kind, self.case.direction)

    @property
    def standing(self) -> Standing:
        """Where the case stands with everything appended so far."""
        if self._standing is None:
            self._standing = replay(self.tables, self.cycle, self.case.direction, self.entries)
        return self._standing

    @property
    def file(self) -> CaseFile:
        """The file as the guards see it, with everything appended so far."""
        self.session.flush()
        return case_file(self.session, self.case, self.entries, self.standing)

    @property
    def today(self) -> date:
        """The office's day on which this is recorded."""
        return local_date(self.recorded_at, self.zone)

    def transition(self, code: str, item_id: int | None = None) -> Transition:
        """The row that permits `code` now; raises `TransitionNotAllowed`."""
        if item_id is None:
            return self.tables.require(self.cycle, self.standing.place.status, code, self.case.direction)
        place = self.standing.items.get(item_id)
        if place is not None and not items_move(self.cycle, self.case.direction, self.standing):
            where = self.cycle.statuses[self.standing.place.status or ""].label
            named = self.tables.events.get(code, code)
            raise TransitionNotAllowed(f"“{named}” is not possible while the request is “{where}”.")
        return self.tables.require(self.tables.item, place.status if place else None, code, self.case.direction)

    def append(
        self,
        code: str,
        *,
        on: date | None = None,
        at: datetime | None = None,
        item_id: int | None = None,
        detail: Mapping[str, Any] | None = None,
        vouched: frozenset[str] = frozenset(),
        corrects_seq: int | None = None,
    ) -> int:
        """Record one event and return its number in the case.

        `at` (aware) gives the hour where hours count and then decides the day. `vouched` names the facts that the
        calling
        service has checked itself. Raises `TransitionNotAllowed`, `NotPermitted`, `SecondPersonNeeded` or `Invalid`
        before anything changes.
        """
        happened_on = local_date(at, self.zone) if at is not None else (on or self.on)
        given = dict(detail or {})
        if code in FILE_EVENTS:
            self._may(Permission.REQUEST_WORK)
            if code in FILE_ENTRIES and (wrong := _wrong_answers(FILE_ENTRIES[code], given)):
                raise Invalid(wrong)
        else:
            row = self.transition(code, item_id)
            self._may(Permission(row.permission))
            self._second_person(row, item_id)
            self._facts(row, given, vouched)
        self._day(code, happened_on)
        seq = self.length + 1
        entry = Entry(seq, code, happened_on, at, item_id, corrects_seq, self.actor.account_id, given)
        self._order(entry)
        if code not in FILE_EVENTS:
            self._standing = replay(self.tables, self.cycle, self.case.direction, [*self.entries, entry])
        self._chain(entry)
        self.entries.append(entry)
        self.length = seq
        return seq

    def take_in(self, entry: Entry, recorded_at: datetime) -> None:
        """An entry of another register, as it stands there: chained here, with its own moment and author.

        Nothing is asked about rights or facts, which were that register's matter; that the tables permit the whole is
        found out when the act closes.
        """
        self.recorded_at = recorded_at
        self._chain(entry)
        self.entries.append(entry)
        self.length = entry.seq
        self._standing = None

    def _may(self, permission: Permission) -> None:
        if not self.actor.may(permission):
            raise NotPermitted(
                f"This needs the right to {self.tables.permissions.get(permission.value, permission.value)}."
            )

    def _second_person(self, row: Transition, item_id: int | None) -> None:
        if row.distinct_from is None:
            return
        former = [
            entry for entry in effective(self.entries) if entry.code == row.distinct_from and entry.item_id == item_id
        ]
        if former and former[-1].actor_id is not None and former[-1].actor_id == self.actor.account_id:
            raise SecondPersonNeeded(
                f"“{self.tables.events[row.event]}” needs a second person: "
                f"you recorded “{self.tables.events[row.distinct_from]}”."
            )

    def _facts(self, row: Transition, detail: Mapping[str, Any], vouched: frozenset[str]) -> None:
        file = self.file
        missing = unmet(row, file, detail, vouched)
        questions = _wrong_answers(row, detail)
        if not missing and not questions:
            return
        standing = [fact for fact in lacking(row, file) if fact in missing]
        if standing:
            raise DomainError(self.tables.missing_words(row.event, standing[0], row.article))
        raise Invalid(questions | {name or "on": f"Enter {self.tables.facts[fact]}." for fact, name in missing.items()})

    def _day(self, code: str, happened_on: date) -> None:
        if happened_on > self.today:
            raise DomainError("This day lies in the future.", "on")
        first = self.entries[0].happened_on if self.entries else happened_on
        if happened_on < first and code not in BEFORE_THE_REQUEST:
            raise DomainError(f"This day lies before the first entry of the case ({first.isoformat()}).", "on")

    def _order(self, entry: Entry) -> None:
        if (cause := before_its_cause(entry, effective(self.entries))) is not None:
            raise DomainError(f"This lies before “{self.tables.events[cause.code]}” ({_when(cause, self.zone)}).", "on")
        if early := set_too_early(entry):
            raise Invalid(dict.fromkeys(early, "This day lies before the act itself."))

    def _chain(self, entry: Entry) -> None:
        salt = new_salt()
        text = canonical(entry.detail)
        digest = detail_digest(salt, text)
        self.last_mac = seal(self.key, self.last_mac, chained_text(self.case.id, entry, self.recorded_at), digest)
        self.session.add(
            CaseEvent(
                case_id=self.case.id,
                seq=entry.seq,
                code=entry.code,
                happened_on=entry.happened_on,
                happened_at=entry.happened_at,
                recorded_at=self.recorded_at,
                actor_id=entry.actor_id,
                item_id=entry.item_id,
                corrects_seq=entry.corrects_seq,
                detail_digest=digest,
                mac=self.last_mac,
                detail=CaseEventDetail(salt=salt, text=text),
            )
        )


def _when(entry: Entry, zone: ZoneInfo) -> str:
    if entry.happened_at is None:
        return entry.happened_on.isoformat()
    return entry.happened_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _wrong_answers(row: Transition, detail: Mapping[str, Any]) -> dict[str, str]:
    return unanswered(row, detail) | misfits(row, detail)


def chained_text(case_id: int, entry: Entry, recorded_at: datetime) -> str:
    """The canonical text of an entry that its MAC covers, beside the digest of its detail and the entry before."""
    return canonical(
        {
            "case": case_id,
            "seq": entry.seq,
            "code": entry.code,
            "happened_on": entry.happened_on,
            "happened_at": entry.happened_at,
            "item": entry.item_id,
            "corrects": entry.corrects_seq,
            "actor": entry.actor_id,
            "recorded_at": recorded_at,
        }
    )


def add_item(
    act: OpenAct, type_code: str, description: str, coercive: bool, authority_id: int | None
) -> AssistanceItem:
    """A further measure sought: its row and the event that opens its life (UNCAC 46(3)). Not on a closed request."""
    status = act.standing.place.status
    if status is not None and act.cycle.statuses[status].terminal:
        raise TransitionNotAllowed("The request is closed: reopen it, or register a supplement.")
    item = AssistanceItem(
        case_id=act.case.id,
        number=next_item_number(act.session, act.case.id),
        type_code=type_code,
        description=description,
        coercive=coercive,
        executing_authority_id=authority_id,
        status="requested",
        status_since=act.on,
    )
    act.session.add(item)
    act.session.flush()
    act.append("item_requested", item_id=item.id, detail={"type": type_code})
    return item
