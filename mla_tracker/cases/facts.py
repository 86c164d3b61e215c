"""What an act needs, fact by fact: what already stands on the file, and what is asked when the act is recorded.

The tables of `life_cycle.py` name facts ("at least one ground …"). Each fact here says how it can be met:

* `stands`: a test on the file (`CaseFile`): nothing is asked, and where the test fails the act is not open yet;
* `happens`: the fact is the day on which the act happened; the first such fact of an act labels that date, each further
  one is asked as a date of its own;
* `fields`: asked beside the act and kept in the detail of its event;
* `by_service`: only the service that checks the rule can vouch for it (`decisions`: duties of the basis, grounds).

A page builds its form and a command its options from the same specification. No database, no clock.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from mla_tracker.cases.life_cycle import Transition
from mla_tracker.cases.particulars import FIRST_DAY, LAST_DAY
from mla_tracker.cases.replay import Entry, Standing

SERVICE_OF_DOCUMENTS: Final = "SERVICE"


class FieldKind(StrEnum):
    """How a field is asked; the code lists are those of the catalogue."""

    DATE = "date"
    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    INTEGER = "integer"
    CHOICE = "choice"
    DEFICIENCIES = "deficiencies"
    GROUNDS = "grounds"
    POSTPONEMENT_GROUND = "postponement_ground"
    BASIS = "basis"
    REFERENCE = "reference"
    ROUND = "round"
    AMOUNT = "amount"
    CURRENCY = "currency"


@dataclass(frozen=True)
class FieldSpec:
    """One input of an act. `name` is the key in the event's detail."""

    name: str
    label: str
    kind: FieldKind = FieldKind.LONG_TEXT
    required: bool = True
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ItemOnFile:
    """One measure sought, as the guards see it."""

    id: int
    type_code: str
    executing_authority_id: int | None
    outcome: str | None


@dataclass(frozen=True)
class CaseFile:
    """What is recorded of a case, as the guards see it. Built from rows by `queries.case_file`."""

    kind: str
    direction: str
    counterpart: str | None
    counterpart_authority_id: int | None
    subject: str
    facts_summary: str
    nature: str | None
    confidentiality: str | None
    channel: str | None
    owner_authority_id: int | None
    wanted_for: str | None
    no_basis_named: bool
    bases_asserted: int
    bases_accepted: int
    offences: int
    persons_sought: int
    items: tuple[ItemOnFile, ...]
    refused_items_complete: bool
    refusal_complete: bool
    entries: tuple[Entry, ...]  # the effective ones: what was annulled satisfies nothing
    standing: Standing

    def recorded(self, *codes: str) -> bool:
        """Whether an event with one of these codes is on the file."""
        return any(entry.code in codes for entry in self.entries)

    def recorded_after(self, code: str, *wanted: str) -> bool:
        """Whether one of `wanted` was recorded after the last event `code`."""
        last = max((entry.seq for entry in self.entries if entry.code == code), default=0)
        return any(entry.code in wanted and entry.seq > last for entry in self.entries)

    @property
    def only_service(self) -> bool:
        """Service of documents alone needs no statement of facts (UNCAC 46(15)(c))."""
        return bool(self.items) and all(item.type_code == SERVICE_OF_DOCUMENTS for item in self.items)


@dataclass(frozen=True)
class FactSpec:
    """How one fact can be met; see the module."""

    stands: Callable[[CaseFile], bool] | None = None
    happens: str | None = None
    hour: bool = False
    fields: tuple[FieldSpec, ...] = ()
    by_service: bool = False
    where: str = ""


def _text(name: str, label: str, *, required: bool = True, hint: str = "") -> FieldSpec:
    return FieldSpec(name, label, FieldKind.TEXT, required, hint)


def _long(name: str, label: str, *, required: bool = True, hint: str = "") -> FieldSpec:
    return FieldSpec(name, label, FieldKind.LONG_TEXT, required, hint)


def _date(name: str, label: str, *, required: bool = True) -> FieldSpec:
    return FieldSpec(name, label, FieldKind.DATE, required)


def _choice(name: str, label: str, *choices: tuple[str, str]) -> FieldSpec:
    return FieldSpec(name, label, FieldKind.CHOICE, True, "", choices)


_REASONS = _long("reasons", "Reasons in words")
_GROUNDS = FieldSpec("grounds", "Grounds", FieldKind.GROUNDS)

FACTS: Final[Mapping[str, FactSpec]] = {
    # What the file holds: mended on the file, not in the act.
    "RECEIPT_DATE": FactSpec(happens="Received on", hour=True),
    "CHANNEL": FactSpec(stands=lambda file: bool(file.channel), where="particulars"),
    "COUNTERPART_STATE": FactSpec(stands=lambda file: bool(file.counterpart), where="particulars"),
    "COUNTERPART_AUTHORITY": FactSpec(stands=lambda file: file.counterpart_authority_id is not None, where="particulars"),
    "SUBJECT": FactSpec(stands=lambda file: bool(file.subject), where="particulars"),
    "FACTS_SUMMARY": FactSpec(stands=lambda file: bool(file.facts_summary) or file.only_service, where="particulars"),
    "NATURE_OF_PROCEEDINGS": FactSpec(stands=lambda file: file.nature is not None, where="particulars"),
    "CONFIDENTIALITY_LEVEL": FactSpec(stands=lambda file: file.confidentiality is not None, where="particulars"),
    "LEGAL_BASIS_ASSERTED": FactSpec(stands=lambda file: file.no_basis_named or file.bases_asserted > 0, where="bases"),
    "LEGAL_BASIS_ACCEPTED": FactSpec(stands=lambda file: file.bases_accepted > 0, where="legal_basis_accepted"),
    "OFFENCE": FactSpec(stands=lambda file: file.offences > 0, where="offences"),
    "ITEM": FactSpec(stands=lambda file: bool(file.items), where="items"),
    "PERSON_SOUGHT": FactSpec(stands=lambda file: file.persons_sought > 0, where="persons"),
    "WANTED_FOR": FactSpec(stands=lambda file: file.wanted_for is not None, where="particulars"),
    "OWNER": FactSpec(stands=lambda file: file.owner_authority_id is not None, where="particulars"),
    "EXECUTING_AUTHORITY": FactSpec(
        stands=lambda file: all(item.executing_authority_id or item.outcome for item in file.items), where="items"
    ),
    "ITEMS_ALL_FINAL": FactSpec(stands=lambda file: not file.standing.open_items, where="items"),
    "ITEM_REFUSALS": FactSpec(stands=lambda file: file.refused_items_complete, where="items"),
    "APPROVAL": FactSpec(
        stands=lambda file: (
            file.recorded_after("refusal_proposed", "refusal_approved", "court_barred", "court_refused")
            if file.recorded("refusal_proposed")
            else file.recorded("court_barred", "court_refused")
        ),
        where="refusal_approved",
    ),
    "REMINDER_SENT": FactSpec(stands=lambda file: file.recorded("information_reminded", "chased"), where="reminder"),
    "FORMAL_REQUEST": FactSpec(stands=lambda file: file.recorded("received", "formal_request_received")),
    "NO_FORMAL_REQUEST": FactSpec(stands=lambda file: not file.recorded("received", "formal_request_received")),
    "PARENT_CASE": FactSpec(stands=lambda _file: True),
    # Days on which the act happened.
    "NOTICE_DATE": FactSpec(happens="Told or written on"),
    "REPLY_DATE": FactSpec(happens="Answer of"),
    "ACK_DATE": FactSpec(happens="Acknowledged on"),
    "SENT_DATE": FactSpec(happens="Sent on", hour=True),
    "RESULTS_DATE": FactSpec(happens="Results received on"),
    "ANSWER_DATE": FactSpec(happens="Answer sent on"),
    "COMMUNICATED_ON": FactSpec(happens="Other State told on"),
    "DECISION_DATE": FactSpec(happens="Decided on", fields=(_text("decided_by", "Decided by"),)),
    "RETURN_NOTICE": FactSpec(happens="Letter of return of"),
    "SENDER_INFORMED": FactSpec(happens="Sender told on"),
    "LAPSE_NOTICE": FactSpec(happens="Other State told on"),
    "DEATH_DATE": FactSpec(happens="Died on", fields=(_text("proof", "Proof of death"),)),
    "ESCAPE_DATE": FactSpec(happens="Escaped on", hour=True, fields=(_text("place", "Place"),)),
    "RETURNED_ON": FactSpec(happens="Returned on"),
    "PROPOSAL_DATE": FactSpec(happens="Proposed or transmitted on"),
    "ACCEPTANCE": FactSpec(happens="Accepted on"),
    "ARREST_TIME": FactSpec(happens="Arrested on", hour=True, fields=(_text("place", "Place"),)),
    "RELEASE_TIME": FactSpec(happens="Released on", hour=True, fields=(_text("reason", "Reason of release"),)),
    "SURRENDER_TIME": FactSpec(happens="Handed over on", hour=True, fields=(_text("place", "Place"),)),
    "APPEAL_DATE": FactSpec(happens="Lodged on", fields=(_text("court", "Court"),)),
    "COURT_DECISION": FactSpec(happens="Court decided on", fields=(_text("court", "Court and decision"),)),
    "SPECIALITY_END": FactSpec(happens="Protection ended on"),
    # Asked beside the act.
    "REGISTER_STATUS": FactSpec(fields=(_text("status", "Status in the earlier register"),)),
    "CONTENTS_CHECKED": FactSpec(
        fields=(
            _choice("contents", "Contents of the request", ("complete", "Complete"), ("sufficient", "Not complete, sufficient to go on")),
        )
    ),
    "DUAL_CRIMINALITY": FactSpec(
        fields=(
            _choice(
                "dual_criminality", "Dual criminality", ("given", "Given"), ("not_needed", "Not needed for what is asked"),
                ("waived", "Not given; help granted all the same"),
            ),
        )
    ),
    "ORAL_CONFIRMATION_MISSED": FactSpec(fields=(_long("confirmation", "Confirmation asked for, and what came of it"),)),
    "DEFICIENCY": FactSpec(fields=(FieldSpec("deficiencies", "What is deficient", FieldKind.DEFICIENCIES),)),
    "FORWARDED_TO": FactSpec(fields=(_text("forwarded_to", "Passed on to"),)),
    "MERGED_INTO": FactSpec(fields=(FieldSpec("merged_into", "Reference of the case it belongs to", FieldKind.REFERENCE),)),
    "MISSING_POINTS": FactSpec(fields=(_long("missing", "What is missing"),)),
    "REPLY_DUE": FactSpec(fields=(_date("reply_due", "Answer asked for by"),)),
    "CONSULTATION_SUBJECT": FactSpec(fields=(_long("subject", "Subject of the consultation"),)),
    "CONSULTATION_RESULT": FactSpec(fields=(_long("result", "Result of the consultation"),)),
    "RESULT": FactSpec(fields=(_long("result", "Result, or why there is none"),)),
    "IMPOSSIBLE_REASON": FactSpec(fields=(_long("reason", "Why execution is impossible"),)),
    "OTHER_MEASURE": FactSpec(fields=(_long("measure", "Measure chosen instead, and why"),)),
    "RESULTS_LIST": FactSpec(fields=(_long("results", "What is sent or received, or that nothing is and why"),)),
    "USE_LIMITS": FactSpec(fields=(_text("use_limits", "Limits on use", hint="Write “none” when there are none."),)),
    "REASONS": FactSpec(fields=(_REASONS,)),
    "GROUND": FactSpec(fields=(_GROUNDS,), by_service=True),
    "POSTPONEMENT_GROUND": FactSpec(
        fields=(FieldSpec("ground", "Ground for postponement", FieldKind.POSTPONEMENT_GROUND),), by_service=True
    ),
    "DUTIES_OF_BASIS": FactSpec(
        fields=(
            _long(
                "no_consultation_reason",
                "Why no consultation was held",
                required=False,
                hint="Only where none is on the file and the legal basis asks for one.",
            ),
        ),
        by_service=True,
    ),
    "REVIEW_DATE": FactSpec(fields=(_date("review_on", "Next review on"),)),
    "WITHDRAWN_BY": FactSpec(fields=(_long("withdrawn_by", "Who withdrew, and why"),)),
    "OWN_WITHDRAWAL": FactSpec(fields=(_long("withdrawn_by", "Who of our side withdrew, and why"),)),
    "CORRECTED_ENTRY": FactSpec(by_service=True),
    "REOPEN_REASON": FactSpec(fields=(_REASONS,)),
    "CHILD_REFERENCE": FactSpec(fields=(FieldSpec("child", "Reference of the supplement", FieldKind.REFERENCE),)),
    "DRAFT": FactSpec(fields=(_text("draft", "Version of the draft", hint="For example the date or number of the draft."),)),
    "LANGUAGE": FactSpec(fields=(_text("language", "Language"),)),
    "NEGATIVE_REPLY": FactSpec(
        fields=(
            _choice(
                "reply_kind", "What the other State answered", ("refused", "Refused"), ("returned", "Returned"), ("not_executable", "Not executable"),
            ),
            FieldSpec("grounds", "Grounds named by the other State", FieldKind.GROUNDS, required=False),
            _long("reasons", "Its reasons, or that it gave none"),
        )
    ),
    "LINKED_REQUEST": FactSpec(fields=(FieldSpec("linked", "Reference of the corrected request", FieldKind.REFERENCE),)),
    "ABANDON_REASON": FactSpec(fields=(_long("reason", "Why it was given up"),)),
    "WARRANT": FactSpec(fields=(_text("warrant", "Warrant or judgment", hint="Issuing court, date, number."),)),
    "REARREST_BASIS": FactSpec(fields=(_text("basis", "Basis for the new arrest"),)),
    "CONSENT": FactSpec(fields=(_long("consent", "Before whom, with which counsel and interpreter, effects told"),)),
    "SPECIALITY_ANSWER": FactSpec(fields=(FieldSpec("speciality_renounced", "Speciality renounced too", FieldKind.YES_NO),)),
    "REVOCATION": FactSpec(fields=(_long("revocation", "The revocation, and whether it is permitted"),)),
    "ASSURANCES_SETTLED": FactSpec(
        fields=(_choice("assurances", "Assurances", ("none_needed", "None needed"), ("sufficient", "Given and sufficient")),)
    ),
    "COMPETING_SETTLED": FactSpec(fields=(_text("competing", "Competing requests: the choice, or “none”"),)),
    "CONDITION": FactSpec(fields=(_long("condition", "The condition, and whether it is accepted"),)),
    "DAYS_IN_CUSTODY": FactSpec(fields=(FieldSpec("days_in_custody", "Days in custody for extradition", FieldKind.INTEGER),)),
    "SURRENDER_DATE": FactSpec(fields=(_date("surrender_on", "Agreed date of surrender"), _text("place", "Place"))),
    "FAILURE_REASON": FactSpec(fields=(_long("reason", "Why the surrender failed"),)),
    "RETURN_DATE": FactSpec(fields=(_date("return_on", "Agreed date of return"), _text("terms", "Terms of return"))),
    "SEARCH_RESULT": FactSpec(fields=(_long("search", "Searches made, and that they found nobody"),)),
    "SUBMISSION_QUESTION": FactSpec(
        fields=(
            _choice(
                "submission", "Submission for prosecution asked for", ("yes", "Yes"), ("no", "No"), ("open", "Not yet answered")
            ),
        )
    ),
    "PROCEEDING_KIND": FactSpec(fields=(_text("proceeding_kind", "Kind of proceeding"),)),
    "NATIONAL_AUTHORITY": FactSpec(fields=(_text("national_authority", "National authority in charge"),)),
    "PERSON_CONSENT": FactSpec(fields=(_text("person_consent", "Consent of the person"),)),
    "END_RESULT": FactSpec(fields=(_long("result", "How it ended"),)),
}  # fmt: skip

_CONTENT: Final = _long("content", "Content", required=False)
_WHICH: Final = FieldSpec("round", "Which one", FieldKind.ROUND, required=False)

# Asked by the act itself, beside what its row in the table needs.
_ASKED_BY_ACT: Final[Mapping[str, tuple[FieldSpec, ...]]] = {
    "legal_basis_accepted": (
        FieldSpec("basis", "Legal basis accepted", FieldKind.BASIS),
        _long("reason", "Why this one, or why none", required=False),
    ),
    "inquiry_recorded": (
        _choice(
            "inquiry", "Inquiry", ("received", "The other State asked"), ("answered", "We answered"),
            ("sent", "We asked"), ("answered_by_them", "The other State answered"),
        ),
        _WHICH,
        _CONTENT,
    ),
    "assurance_recorded": (
        _choice(
            "assurance", "Assurance", ("requested", "Asked for"), ("given", "Given"), ("sufficient", "Found sufficient"),
            ("insufficient", "Found insufficient"), ("not_needed", "Not needed any more"),
        ),
        _WHICH,
        _long("content", "Text of the assurance, or why it suffices or not"),
    ),
    "condition_recorded": (
        _choice(
            "condition_state", "Where it stands", ("proposed", "Proposed"), ("accepted", "Accepted"), ("rejected", "Rejected"),
            ("fulfilled", "Fulfilled"),
        ),
        _WHICH,
    ),
    "competing_recorded": (
        _choice("competing_step", "What is recorded", ("recorded", "A competing request"), ("chosen", "The choice, or that there is none any more")),
        _WHICH,
        _long("content", "State, offences, dates; or the choice and its reasons"),
    ),
    "speciality_consent_recorded": (
        _choice("speciality_step", "Consent", ("asked", "Asked for"), ("given", "Given"), ("refused", "Refused")),
        _WHICH,
        _long("content", "For which offence, or for surrender to which State"),
    ),
    "custody_changed": (
        _choice(
            "custody", "What changed", ("arrested", "Arrested for extradition"), ("detained", "Held for another case, now for extradition too"),
            ("bail", "Released on bail or under conditions"), ("released", "Released"),
        ),
    ),
    "use_consent_recorded": (
        _choice(
            "use_consent", "Use for another purpose", ("asked", "Consent asked for"), ("given", "Consent given"),
            ("refused", "Consent refused"), ("notice_before_disclosure", "Notice before exculpatory material is disclosed"),
        ),
        _WHICH,
        _long("content", "Which material, for which purpose"),
    ),
    "safe_conduct_recorded": (
        _choice(
            "safe_conduct", "Safe conduct", ("granted", "Granted"), ("presence_not_required", "The person was told that he is free to go"),
            ("left", "The person left"), ("ended", "It ended: the person stayed"),
        ),
        _WHICH,
        _long("content", "For whom, for which hearing"),
    ),
    "cost_recorded": (
        _choice(
            "cost", "Costs", ("ordinary", "Ordinary, borne by the requested State"), ("raised", "Substantial or extraordinary: consulted"),
            ("agreed", "Agreed who bears them"), ("not_agreed", "Not agreed"),
        ),
        _WHICH,
        FieldSpec("amount", "Amount", FieldKind.AMOUNT, required=False, hint="For example 1250.00"),
        FieldSpec("currency", "Currency", FieldKind.CURRENCY, required=False, hint="Three letters, such as EUR"),
        _long("content", "What for, and who bears it"),
    ),
    "contact_recorded": (
        _choice(
            "contact", "With", ("police", "Police"), ("fiu", "Financial intelligence unit"), ("network", "A network"),
            ("prosecutor", "Prosecutor to prosecutor"), ("liaison", "Liaison officer"), ("other", "Other"),
        ),
        _long("content", "What was asked or told"),
    ),
}  # fmt: skip

# The second person and the notice confirm what the proposal already holds.
_HELD_BY_PROPOSAL: Final = frozenset(
    {"refusal_approved", "refusal_communicated", "nationality_refusal_communicated", "item_refused"}
)
_PROPOSAL_FACTS: Final = frozenset({"GROUND", "REASONS"})
# The negative reply is on the file when it is accepted as final or answered by a corrected request.
_HELD_BY_REPLY: Final = frozenset({"reply_accepted", "resent_corrected", "nationality_refusal_received"})
# A postponement abroad says by itself what kind of reply it is.
_NOT_ASKED: Final[Mapping[str, frozenset[str]]] = {
    "postponed_abroad": frozenset({"reply_kind"}),
    "item_refused_abroad": frozenset({"reply_kind"}),
}


# Where the fact's own words do not fit the act.
_DAY_LABELS: Final[Mapping[str, str]] = {"custody_changed": "Changed on", "person_found": "Found on"}


def needed(transition: Transition) -> list[str]:
    """The facts of the row that are still to be met: what a proposed refusal or a reply on file holds is left out."""
    held = _PROPOSAL_FACTS if transition.event in _HELD_BY_PROPOSAL else frozenset[str]()
    if transition.event == "item_refused":
        held = held | {"APPROVAL"}  # who refuses the item is the second person
    if transition.event in _HELD_BY_REPLY:
        held = frozenset({"NEGATIVE_REPLY"})
    return [fact for fact in transition.needs if fact not in held]


def lacking(transition: Transition, file: CaseFile) -> list[str]:
    """The facts that must stand on the file before this act can be recorded, and do not."""
    lacking = [fact for fact in needed(transition) if (stands := FACTS[fact].stands) is not None and not stands(file)]
    if transition.event in _HELD_BY_PROPOSAL and transition.event != "item_refused" and not file.refusal_complete:
        lacking.append("GROUND")
    return lacking


def asked_by_act(code: str) -> tuple[FieldSpec, ...]:
    """The questions of an act that do not come from its row in the table."""
    return _ASKED_BY_ACT.get(code, ())


def fields_asked(transition: Transition) -> tuple[FieldSpec, ...]:
    """What is asked beside the day of the act, in the order of the row, each name once."""
    asked = {field.name: field for field in _ASKED_BY_ACT.get(transition.event, ())}
    further = _further_days(transition)
    for fact in needed(transition):
        spec = FACTS[fact]
        if fact in further:
            asked.setdefault(fact.lower(), FieldSpec(fact.lower(), spec.happens or "", FieldKind.DATE))
        for field in _fields(transition, spec):
            asked.setdefault(field.name, field)
    return tuple(asked.values())


def _fields(transition: Transition, spec: FactSpec) -> list[FieldSpec]:
    left_out = _NOT_ASKED.get(transition.event, frozenset())
    return [field for field in spec.fields if field.name not in left_out]


def day_label(transition: Transition) -> tuple[str, bool]:
    """The words for the day of the act, and whether its hour is recorded too."""
    if transition.event in _DAY_LABELS:
        return _DAY_LABELS[transition.event], True
    for fact in needed(transition):
        if (label := FACTS[fact].happens) is not None:
            return label, FACTS[fact].hour
    return "Happened on", False


def unmet(transition: Transition, file: CaseFile, detail: Mapping[str, Any], vouched: frozenset[str]) -> dict[str, str]:
    """Facts not met by the file, the detail or the vouching service: fact code to the field beside which to say so."""
    result = dict.fromkeys(lacking(transition, file), "")
    for fact in needed(transition):
        spec = FACTS[fact]
        if spec.by_service and fact not in vouched:
            result[fact] = spec.fields[0].name if spec.fields else ""
            continue
        for field in _fields(transition, spec):
            if field.required and detail.get(field.name) in (None, "", [], ()):
                result.setdefault(fact, field.name)
    for fact in _further_days(transition):
        if not detail.get(fact.lower()):
            result.setdefault(fact, fact.lower())
    return result


def unanswered(transition: Transition, detail: Mapping[str, Any]) -> dict[str, str]:
    """What the act itself asks for and did not get: field to message."""
    return {
        field.name: f"Enter: {field.label}."
        for field in _ASKED_BY_ACT.get(transition.event, ())
        if field.required and not detail.get(field.name)
    }


def misfits(transition: Transition, detail: Mapping[str, Any]) -> dict[str, str]:
    """What is entered and is no day or none of the choices: field to message. Code lists are their service's matter."""
    return {
        field.name: message
        for field in fields_asked(transition)
        if (value := detail.get(field.name)) not in (None, "") and (message := _misfit(field, value))
    }


def _misfit(field: FieldSpec, value: Any) -> str:
    if field.kind is FieldKind.DATE and not _is_day(value):
        return "Enter a day."
    if field.kind is FieldKind.CHOICE and value not in dict(field.choices):
        return "Choose one of the values offered."
    if field.kind is FieldKind.AMOUNT and not _is_amount(value):
        return "Enter an amount such as 1250.00."
    if field.kind is FieldKind.CURRENCY and not re.fullmatch("[A-Z]{3}", str(value)):
        return "Enter the three letters of a currency, such as EUR."
    return ""


def _is_amount(value: Any) -> bool:
    """A sum of money in plain figures with at most two decimals."""
    return re.fullmatch(r"\d{1,15}(\.\d{1,2})?", str(value)) is not None


DAYS_ASKED: Final = frozenset(
    [spec.name for fact in FACTS.values() for spec in fact.fields if spec.kind is FieldKind.DATE]
    + [code.lower() for code, fact in FACTS.items() if fact.happens is not None]
)
"""The keys of an entry's detail that hold a day."""


def _is_day(value: Any) -> bool:
    try:
        return FIRST_DAY <= date.fromisoformat(str(value)) <= LAST_DAY
    except ValueError:
        return False


def _further_days(transition: Transition) -> list[str]:
    """Facts that are days of their own, beside the day of the act: the second and later ones of the row."""
    return [fact for fact in needed(transition) if FACTS[fact].happens is not None][1:]
