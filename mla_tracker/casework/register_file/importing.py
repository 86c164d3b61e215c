"""In: a register read from a file, all or nothing, with every problem named by sheet, row and column.

Cases that come with their events are rebuilt from them, chained anew and compared with the status that the file states.
Cases of a register that kept no events become one entry, “taken over”, with what it did record; what it never
recorded is
marked so, and statistics leave it out and count it. Reminders that would have been due before are not sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import SYSTEM, Actor
from mla_tracker.accounts.models import Account, NeedToKnow
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.services import create_account
from mla_tracker.accounts.visibility import restrict_to
from mla_tracker.cases.life_cycle import cycle_code, life_cycles
from mla_tracker.cases.models import AssistanceItem, Case, CaseLegalBasis, CaseOffence, Person, PersonName
from mla_tracker.cases.particulars import (
    DIRECTIONS,
    FIELDS,
    KINDS,
    PERSON_ROLES,
    Particulars,
    PersonGiven,
    Registration,
    check,
)
from mla_tracker.cases.references import PATTERN, keep_counters_ahead, next_reference, random_reference
from mla_tracker.cases.registration import add_person, new_case
from mla_tracker.casework.act import close, open_on
from mla_tracker.casework.administration import note
from mla_tracker.casework.office import Office
from mla_tracker.casework.register_file.entries import MILESTONES, entries
from mla_tracker.casework.register_file.mapping import RegisterMap
from mla_tracker.casework.register_file.rows import CaseRows, Problem, Row, Wrong, group, read_file
from mla_tracker.core import clock
from mla_tracker.core.errors import DomainError, Invalid, NotPermitted
from mla_tracker.decisions.models import Refusal
from mla_tracker.directory.models import Authority, State
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.queries import catalogue
from mla_tracker.reminders.services import set_notice_floor


class ImportRefused(DomainError):
    """Nothing was loaded; `problems` lists everything that is wrong, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"Nothing was loaded: {len(problems)} {'problem' if len(problems) == 1 else 'problems'}.")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Loaded:
    """How far the load is; `done` of `total` cases."""

    done: int
    total: int


def load_register(
    office: Office, path: Path, *, actor: Actor = SYSTEM, register_map: RegisterMap | None = None, dry_run: bool = False
) -> Iterator[Loaded]:
    """Load a file in one transaction; yields after each case. Raises `ImportRefused` with all problems, or
    `NotPermitted`.

    With `dry_run` everything is tried and nothing is kept.
    """
    if not actor.may(Permission.CASE_IMPORT):
        raise NotPermitted("This needs the right to import.")
    rows, problems = read_file(path, register_map)
    cases, authorities, further = group(rows)
    problems += further
    with office.sessions() as session:
        loader = _Loader(office, session, foreign=register_map is not None)
        problems += loader.authorities(authorities)
        ids = []
        for number, case_rows in enumerate(cases, start=1):
            found = loader.case(case_rows)
            problems += found.problems
            if found.case_id is not None:
                ids.append(found.case_id)
            yield Loaded(number, len(cases))
        if not cases and not problems:
            problems.append(Problem(path.name, 1, "", "", "The file holds no case."))
        if problems:
            session.rollback()
            raise ImportRefused(sorted(problems, key=lambda problem: (problem.sheet, problem.row)))
        if dry_run:
            session.rollback()
            return
        now = clock.now()
        keep_counters_ahead(session)
        set_notice_floor(session, now, f"import of {path.name}", zone=office.zone, case_ids=ids)
        note(office, session, actor=actor, code="register_imported", detail={"cases": len(ids)}, now=now)
        session.commit()


@dataclass(frozen=True)
class _Written:
    case_id: int | None
    problems: list[Problem]


class _Loader:
    """Writes the cases of one file into one session; a case that fails leaves nothing of itself."""

    def __init__(self, office: Office, session: Session, *, foreign: bool) -> None:
        self._office, self._session, self._foreign = office, session, foreign
        self._codes: Catalogue = catalogue(session)
        self._now = clock.now()
        self._states = frozenset(session.scalars(select(State.iso2)))
        self._people: dict[str, int] = {row.email: row.id for row in session.execute(select(Account.email, Account.id))}
        self._former: dict[str, str] = {
            row.former_reference: row.reference
            for row in session.execute(select(Case.former_reference, Case.reference).where(Case.former_reference != ""))
        }
        self._authorities: dict[str, int] = {
            f"{'own' if own else state or ''}:{code}:{name}": authority_id
            for authority_id, own, state, code, name in session.execute(
                select(Authority.id, Authority.own, Authority.state, Authority.type_code, Authority.name)
            )
        }

    def authorities(self, rows: Sequence[Row]) -> list[Problem]:
        """The authorities that the file describes and that are not here yet."""
        problems = []
        for row in rows:
            values = row.values
            if values["authority"] in self._authorities:
                continue
            if values["type"] not in self._codes.authority_types:
                problems.append(row.problem("There is no such type of authority.", "type"))
                continue
            if bool(values["own"]) == bool(values["state"]) or (values["state"] or None) not in (None, *self._states):
                problems.append(row.problem("Takes a State of the directory, or none for a body of ours.", "state"))
                continue
            names = (
                "name", "name_native", "competent_for", "address", "email", "phone", "urgent_contact", "website",
                "note", "verified_on", "valid_from", "valid_to", "retired_at",
            )  # fmt: skip
            authority = Authority(
                state=values["state"] or None,
                own=bool(values["own"]),
                type_code=values["type"],
                channels=list(values["channels"]),
                languages=list(values["languages"]),
                **{name: values[name] for name in names},
            )
            self._session.add(authority)
            self._session.flush()
            self._authorities[values["authority"]] = authority.id
        return problems

    def case(self, rows: CaseRows) -> _Written:
        """One case with its parts."""
        try:
            with self._session.begin_nested():
                case_id = self._write(rows)
        except Wrong as wrong:
            return _Written(None, wrong.problems)
        except Invalid as invalid:
            return _Written(None, [rows.case.problem(text, name) for name, text in invalid.errors.items()])
        except DomainError as problem:
            return _Written(None, [rows.case.problem(problem.message, problem.field or "")])
        except (IntegrityError, DataError) as problem:
            # What no check above foresaw, such as two items of one number: named by its case, as the database says it.
            told = problem.orig.diag.message_primary if isinstance(problem.orig, psycopg.Error) else None
            return _Written(None, [rows.case.problem(f"The database refuses this case: {told or 'no reason given'}.")])
        return _Written(case_id, [])

    def _write(self, rows: CaseRows) -> int:
        row = rows.case
        self._check(rows)
        registration = self._registration(row)
        reference = self._reference(row)
        recorded_at = row.values.get("registered_at") or self._now
        case = new_case(self._session, registration, reference, recorded_at)
        case.former_reference = row.values.get("former_reference") or ""
        self._bases(rows, case)
        self._offences(rows, case)
        items = self._items(rows, case)
        self._persons(rows, case)
        self._access(rows, case)
        self._session.flush()
        opened = open_on(self._office, self._session, case, actor=SYSTEM, on=case.opened_on, now=recorded_at)
        log = entries(
            rows, items, direction=case.direction, cycle=opened.cycle, now=self._now,
            today=clock.local_date(self._now, self._office.zone), author=self._person,
        )  # fmt: skip
        for entry, at in log:
            opened.take_in(entry, at)
        close(self._office, opened)
        self._compare(rows, case)
        return case.id

    def _check(self, rows: CaseRows) -> None:
        """Codes and States that the file names must be known."""
        row, problems = rows.case, []
        values = row.values
        if values.get("kind") not in KINDS:
            raise Wrong([row.problem("Takes mla or extradition.", "kind")])
        if values.get("direction") not in DIRECTIONS:
            raise Wrong([row.problem("Takes incoming or outgoing.", "direction")])
        cycle = life_cycles().cycles[cycle_code(values["kind"], values["direction"])]
        for name, known in (
            ("legal_bases", self._codes.legal_bases),
            ("offences", self._codes.offences),
            ("assistance", self._codes.assistance_types),
            ("grounds", self._codes.grounds),
        ):
            problems += [
                row.problem(f"{code} is not known.", name) for code in values.get(name) or () if known.get(code) is None
            ]
        if values.get("status") and values["status"] not in cycle.statuses:
            problems.append(row.problem(f"Takes one of: {', '.join(cycle.statuses)}.", "status"))
        if values.get("outcome") and values["outcome"] not in cycle.outcomes:
            problems.append(row.problem(f"Takes one of: {', '.join(cycle.outcomes)}.", "outcome"))
        if values.get("counterpart") and values["counterpart"] not in self._states:
            problems.append(row.problem(f"{values['counterpart']} is not a State of the directory.", "counterpart"))
        if values.get("opened_on") is None:
            lacking = "received_on" if values["direction"] == "incoming" else "sent_on"
            values["opened_on"] = values.get(lacking)
            if values["opened_on"] is None:
                problems.append(row.problem("A day is needed: when it came, or when it went out.", lacking))
        problems += self._unknown_codes(rows)
        if problems:
            raise Wrong(problems)

    def _unknown_codes(self, rows: CaseRows) -> list[Problem]:
        """Codes in the rows that belong to a case."""
        return (
            [
                inner.problem(f"{inner.values[column]} is not known.", column)
                for part, column, known in (
                    ("basis", "basis", self._codes.legal_bases),
                    ("offence", "offence", self._codes.offences),
                    ("item", "type", self._codes.assistance_types),
                    ("postponement", "ground", self._codes.grounds),
                )
                for inner in rows.of(part)
                if known.get(inner.values[column]) is None
            ]
            + [
                person.problem(f"Takes one of: {', '.join(PERSON_ROLES)}.", "role")
                for person in rows.of("person")
                if person.values["role"] and person.values["role"] not in PERSON_ROLES
            ]
            + [
                refusal.problem(f"{code} is not known.", "grounds")
                for refusal in rows.of("refusal")
                for code in refusal.values["grounds"]
                if self._codes.grounds.get(code) is None
            ]
        )

    def _registration(self, row: Row) -> Registration:
        values = row.values
        given: dict[str, Any] = {name: values[name] for name in FIELDS if values.get(name) is not None}
        for name in ("counterpart", "confidentiality", "nature", "wanted_for", "channel"):
            given[name] = values.get(name) or None
        given["languages"] = tuple(values.get("languages") or ())
        given["urgency"] = values.get("urgency") or "routine"
        given["counterpart_authority_id"] = self._authority(row, "counterpart_authority")
        given["owner_authority_id"] = self._authority(row, "owner_authority")
        particulars = Particulars(**given)
        check(
            particulars,
            kind=values["kind"],
            direction=values["direction"],
            opened_on=values["opened_on"],
            today=clock.local_date(self._now, self._office.zone),
        )
        return Registration(
            kind=values["kind"],
            direction=values["direction"],
            opened_on=values["opened_on"],
            particulars=particulars,
            lead_id=self._person(row, "assigned_to"),
            parent_id=self._parent(row),
        )

    def _reference(self, row: Row) -> str:
        reference = row.values.get("reference") or ""
        if not reference and self._foreign:
            former = row.values.get("former_reference") or ""
            if former in self._former:
                message = f"This number is on file already, as {self._former[former]}."
                raise Wrong([row.problem(message, "former_reference")])
            kind, direction, year = row.values["kind"], row.values["direction"], row.values["opened_on"].year
            if row.values.get("confidentiality") == "restricted":
                return random_reference(kind, direction, year)
            return next_reference(self._session, kind, direction, year)
        if not PATTERN.fullmatch(reference):
            message = "Takes a reference such as MLA-IN-2026-00042; another register is read with a map."
            raise Wrong([row.problem(message, "reference")])
        if self._session.scalar(select(Case.id).where(Case.reference == reference)) is not None:
            raise Wrong([row.problem("There is a case with this reference already.", "reference")])
        return reference

    def _parent(self, row: Row) -> int | None:
        parent = row.values.get("parent")
        if not parent:
            return None
        found = self._session.scalar(select(Case.id).where(Case.reference == parent))
        if found is None:
            raise Wrong([row.problem("There is no case with this reference.", "parent")])
        return found

    def _authority(self, row: Row, column: str) -> int | None:
        key = row.values.get(column)
        if not key:
            return None
        if key not in self._authorities:
            state, _, rest = key.partition(":")
            code, _, name = rest.partition(":")
            if not name or code not in self._codes.authority_types:
                raise Wrong([row.problem("Takes an authority such as BR:CA_MLA:Ministry of Justice.", column)])
            own = state == "own"
            if not own and state not in self._states:
                raise Wrong([row.problem(f"{state} is not a State of the directory.", column)])
            authority = Authority(state=None if own else state, own=own, type_code=code, name=name)
            self._session.add(authority)
            self._session.flush()
            self._authorities[key] = authority.id
        return self._authorities[key]

    def _person(self, row: Row, column: str) -> int | None:
        """The account of an e-mail address; an unknown person becomes a disabled account."""
        email = (row.values.get(column) or "").strip().lower()
        if not email:
            return None
        if email not in self._people:
            try:
                account = create_account(
                    self._session, email=email, name=email.partition("@")[0], role="caseworker", password=None,
                    now=self._now, active=False,
                )  # fmt: skip
            except Invalid as invalid:
                raise Wrong([row.problem("; ".join(invalid.errors.values()), column)]) from invalid
            self._people[email] = account.id
        return self._people[email]

    def _bases(self, rows: CaseRows, case: Case) -> None:
        if given := rows.of("basis"):
            self._session.add_all(
                CaseLegalBasis(
                    case_id=case.id,
                    basis_code=row.values["basis"],
                    is_primary=bool(row.values["primary"]),
                    accepted=row.values["accepted"],
                    accepted_on=row.values["accepted_on"],
                    reason=row.values["reason"],
                )
                for row in given
            )
            return
        codes = rows.case.values.get("legal_bases") or ()
        self._session.add_all(
            CaseLegalBasis(case_id=case.id, basis_code=code, is_primary=number == 0)
            for number, code in enumerate(codes)
        )

    def _offences(self, rows: CaseRows, case: Case) -> None:
        given = [
            (row.values["offence"], row.values["domestic_article"], row.values["penalty"]) for row in rows.of("offence")
        ] or [(code, "", "") for code in rows.case.values.get("offences") or ()]
        self._session.add_all(
            CaseOffence(case_id=case.id, offence_code=code, domestic_article=article, penalty=penalty)
            for code, article, penalty in given
        )

    def _items(self, rows: CaseRows, case: Case) -> dict[int, int]:
        """The items by their number; a register without items of its own may list types of assistance."""
        made: dict[int, int] = {}
        given: list[dict[str, Any]] = [row.values for row in rows.of("item")] or [
            {"number": number, "type": code}
            for number, code in enumerate(rows.case.values.get("assistance") or (), start=1)
        ]
        places = rows.of("item")
        numbers = [row.values["number"] for row in places]
        if wrong := [row for at, row in enumerate(places) if numbers[at] is None or numbers[at] in numbers[:at]]:
            raise Wrong([row.problem("An item has a number of its own.", "number") for row in wrong])
        for number, values in enumerate(given):
            kind = self._codes.assistance_types[values["type"]]
            coercive = values.get("coercive")
            item = AssistanceItem(
                case_id=case.id,
                number=values["number"],
                type_code=values["type"],
                description=values.get("description") or "",
                coercive=coercive if coercive is not None else kind.coercive != "no",
                executing_authority_id=self._authority(places[number], "executing_authority") if places else None,
                status="requested",
                status_since=case.opened_on,
                result=values.get("result") or "",
            )
            self._session.add(item)
            self._session.flush()
            made[item.number] = item.id
        return made

    def _persons(self, rows: CaseRows, case: Case) -> None:
        for row in rows.of("person"):
            values = row.values
            person = Person(
                case_id=case.id,
                role=values["role"] or "other",
                legal_person=bool(values["legal_person"]),
                born_on=values["born_on"],
                nationality=values["nationality"] or None,
                note=values["note"],
            )
            self._session.add(person)
            self._session.flush()
            self._session.add_all(
                PersonName(person_id=person.id, name=name, script=script) for name, script in _names(row)
            )
        if not rows.of("person"):
            role = "sought" if case.kind == "extradition" else "other"
            for name in rows.case.values.get("persons") or ():
                add_person(self._session, case.id, PersonGiven(((name, ""),), role))

    def _access(self, rows: CaseRows, case: Case) -> None:
        if case.confidentiality != "restricted":
            return
        if nameless := [row for row in rows.of("access") if not row.values["person"].strip()]:
            raise Wrong([row.problem("Takes the e-mail address of a person.", "person") for row in nameless])
        named = [(row, self._person(row, "person")) for row in rows.of("access")]
        ids = [account_id for _, account_id in named if account_id is not None] or (
            [case.lead_id] if case.lead_id else []
        )
        if not ids:
            message = "A restricted case names at least one person who may see it (a row of kind access, or its lead)."
            raise Wrong([rows.case.problem(message, "confidentiality")])
        restrict_to(self._session, case.id, [], granted_by=None, at=self._now)
        if not named:
            restrict_to(self._session, case.id, ids, granted_by=None, at=self._now)
        for row, account_id in named:
            self._session.add(
                NeedToKnow(
                    case_id=case.id,
                    account_id=account_id,
                    granted_by=self._person(row, "granted_by"),
                    granted_at=row.values["granted_at"] or self._now,
                    reason=row.values["reason"],
                )
            )

    def _compare(self, rows: CaseRows, case: Case) -> None:
        """What the file states must be what its events give."""
        if not rows.of("event"):
            return
        row, problems = rows.case, []
        for name in ("status", "outcome", *MILESTONES):
            stated, derived = row.values.get(name) or None, getattr(case, name)
            if stated != derived and (stated is not None or name in ("status", "outcome")):
                problems.append(row.problem(f"The events of the case give {derived or 'none'}.", name))
        given = set(self._session.scalars(select(Refusal.proposed_seq).where(Refusal.case_id == case.id)))
        problems += [
            refusal.problem("The events of the case give no such refusal.", "event")
            for refusal in rows.of("refusal")
            if refusal.values["event"] not in given
        ]
        if problems:
            raise Wrong(problems)


def _names(row: Row) -> list[tuple[str, str]]:
    """The names of a person with the script of each; raises `Wrong` where the cell holds something else."""
    match row.values["names"]:
        case [_, *_] as names if all(_is_name(pair) for pair in names):
            return [(name, script) for name, script in names]
    raise Wrong([row.problem('Takes names with their scripts, such as [["Renata Azevedo", "Latn"]].', "names")])


def _is_name(pair: object) -> bool:
    match pair:
        case [str(name), str()]:
            return bool(name.strip())
    return False
