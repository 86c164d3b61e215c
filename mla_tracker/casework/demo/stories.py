"""Invented lives of requests: from a seed and a day to the acts that had happened by that day.

Pure: a `Story` says what to register and which acts follow on which days; `load.py` writes it through the same acts
that a caseworker uses. What would lie after `today` has not happened: those cases are the open ones.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final, TypeVar

from mla_tracker.cases.facts import DAYS_ASKED
from mla_tracker.cases.particulars import BasisGiven, ItemGiven, OffenceGiven, Particulars, PersonGiven, Registration
from mla_tracker.casework.demo.world import (
    COMPANIES,
    COURTS,
    EXTRADITION_MATTERS,
    FAMILY_NAMES,
    GIVEN_NAMES,
    MATTERS,
    OPERATIONS,
    PARTNERS,
    TRANSLITERATED,
    Partner,
)

T = TypeVar("T")
SPREAD: Final = 0.55
ENOUGH_KNOWN: Final = "The facts were clear; no further information could remove the obstacle."
KINDS: Final = (
    ("mla", "incoming", 46),
    ("mla", "outgoing", 34),
    ("extradition", "incoming", 11),
    ("extradition", "outgoing", 9),
)


class NotYet(Exception):
    """The next act would lie after today."""


@dataclass(frozen=True)
class Step:
    """One act: `second` = by the supervisor; `item` = number of the item from 0."""

    code: str
    on: date
    detail: Mapping[str, Any] = field(default_factory=dict)
    second: bool = False
    item: int | None = None
    hour: int | None = None

    @property
    def at(self) -> datetime | None:
        return None if self.hour is None else datetime.combine(self.on, time(self.hour, 20), UTC)


@dataclass(frozen=True)
class Story:
    """A request, which partner it is with, and what happened to it."""

    registration: Registration
    partner: Partner
    steps: tuple[Step, ...]


@dataclass
class Teller:
    """Tells one story forward in time, at the pace of the partner."""

    rng: Random
    partner: Partner
    day: date
    today: date
    steps: list[Step] = field(default_factory=list)
    chasing: bool = False

    def wait(self, median: float, *, ours: bool = False) -> None:
        """Let time pass: log-normal about `median` days, slower or quicker with the partner unless it is our own
        step.
        """
        pace = 1.0 if ours else self.partner.pace
        days = max(0, round(median * pace * math.exp(self.rng.gauss(0, SPREAD))))
        self.day += timedelta(days=days)
        while self.day.isoweekday() > 5:  # offices write on working days
            self.day += timedelta(days=1)

    def tell(self, code: str, median: float = 0, *, ours: bool = False, hour: int | None = None, second: bool = False,
             item: int | None = None, **detail: Any) -> None:  # fmt: skip
        """The next act after a wait; raises `NotYet` when it would lie in the future.

        A whole number under a key that holds a day is that many days after the act.
        """
        if median:
            self.wait(median, ours=ours)
        if self.chasing:
            self._remind()
        if self.day > self.today or (self.day == self.today and hour is not None):
            raise NotYet
        days = {name: self.later(detail[name]) for name in DAYS_ASKED & set(detail) if isinstance(detail[name], int)}
        self.steps.append(Step(code, self.day, detail | days, second, item, hour))

    def _remind(self) -> None:
        """While the other State is silent an officer reminds it about every eighth week, now and then too late."""
        last = self.steps[-1].on
        while (self.day - last).days > 58:
            last += timedelta(days=self.rng.choice((45, 49, 53, 56, 57, 70)))
            last += timedelta(days=max(0, 8 - last.isoweekday()) if last.isoweekday() > 5 else 0)
            if last >= min(self.day, self.today):
                return
            self.steps.append(Step("chased", last))

    def later(self, days: int) -> str:
        return (self.day + timedelta(days=days)).isoformat()

    def chance(self, share: float) -> bool:
        return self.rng.random() < share


def stories(number: int, seed: int, today: date) -> Iterator[Story]:
    """`number` stories over five years up to `today`; the same seed and day give the same stories.

    Among them, always: two persons in extradition custody now, with limits running.
    """
    rng = Random(f"{seed}/{today.isoformat()}")  # noqa: S311 - reproducible invention, no secret
    for index in range(number):
        if index < 2:
            yield _in_custody_now(rng, today, days_ago=11 + 15 * index)
            continue
        kind, direction = _weighted(rng, [((k, d), w) for k, d, w in KINDS])
        partner = _weighted(rng, [(row, row.weight) for row in PARTNERS])
        age = int(1825 * rng.random() ** 1.7)  # more of the recent years
        opened = today - timedelta(days=max(1, age))
        while opened.isoweekday() > 5:
            opened -= timedelta(days=1)
        yield _story(rng, kind, direction, partner, opened, today)


def _story(rng: Random, kind: str, direction: str, partner: Partner, opened: date, today: date) -> Story:
    registration = _registration(rng, kind, direction, partner, opened)
    teller = Teller(rng, partner, opened, today)
    tale = {
        ("mla", "incoming"): _assist, ("mla", "outgoing"): _ask,
        ("extradition", "incoming"): _extradite, ("extradition", "outgoing"): _seek,
    }[kind, direction]  # fmt: skip
    with suppress(NotYet):
        tale(teller, registration)
    return Story(registration, partner, tuple(teller.steps))


# ---------------------------------------------------------------- incoming assistance
def _assist(tell: Teller, registration: Registration) -> None:
    basis = registration.bases[0].code if registration.bases else "none"
    _take_in(tell)
    if basis == "none":
        tell.tell(
            "legal_basis_accepted", 25, ours=True, basis="none", reason="No treaty and no promise of reciprocity."
        )
        tell.tell("refusal_proposed", 12, ours=True, grounds=["MLA_NO_RECIPROCITY"],
                  reasons="No instrument binds the two States for this measure and no reciprocity was promised.")  # fmt: skip
        _end_refusal(tell)
        return
    tell.tell("legal_basis_accepted", 6, ours=True, basis=basis)
    if tell.chance(0.05):
        tell.tell("returned", 10, ours=True, deficiencies=["DF_TRANSLATION"])
        return
    if tell.chance(0.38) and not _information(tell):
        return
    if tell.chance(0.04):
        tell.tell("withdrawn", 30, withdrawn_by="The requesting prosecutor: the trial ended without this evidence.")
        return
    if tell.chance(0.11):
        _refuse(tell, basis)
        return
    tell.tell("accepted", 7, ours=True, contents="complete", dual_criminality="given")
    tell.tell("execution_ordered", 3, ours=True)
    if tell.chance(0.25):
        tell.tell("inquiry_recorded", 30, inquiry="received", content="When may the material be expected?")
        tell.tell(
            "inquiry_recorded", 6, ours=True, inquiry="answered", content="The executing authority has it in hand."
        )
    if tell.chance(0.07) and basis in ("UNCAC", "UNTOC"):
        _consult(tell, "Timing: a domestic investigation is under way")
        tell.tell("postponed", 8, ours=True, ground="PP_ONGOING", review_on=90,
                  reasons="Execution now would harm a domestic investigation.")  # fmt: skip
        tell.tell("resumed", 140, ours=True)
    if tell.chance(0.05):
        tell.tell("litigation_opened", 20, ours=True, court=tell.rng.choice(COURTS))
        tell.tell("litigation_ended", 120, ours=True, court="Court of Appeal: the challenge was dismissed.")
    _execute(tell, registration, basis)


def _take_in(tell: Teller) -> None:
    if tell.chance(0.12):
        tell.tell("contact_recorded", contact=tell.rng.choice(("fiu", "police", "network")),
                  content="The request was announced, and what it needs to hold was told.")  # fmt: skip
    if tell.chance(0.97):
        tell.tell("acknowledged", 4, ours=True)


def _be_asked(tell: Teller) -> None:
    """An inquiry about the state of the matter, and its answer (UNCAC 46(24))."""
    if tell.chance(0.25):
        tell.tell("inquiry_recorded", 30, inquiry="received", content="When may the material be expected?")
        tell.tell(
            "inquiry_recorded", 6, ours=True, inquiry="answered", content="The executing authority has it in hand."
        )


def _execute(tell: Teller, registration: Registration, basis: str) -> None:
    for number, _item in enumerate(registration.items):
        draw = tell.rng.random()
        if draw < 0.06 and basis in ("UNCAC", "UNTOC", "EU_EIO"):
            grounds = ["MLA_DUAL_CRIM"]
            _consult(tell, "Dual criminality of one measure")
            tell.tell("item_refusal_proposed", 20, ours=True, item=number, grounds=grounds,
                      reasons="The conduct behind this measure is no offence here.", no_consultation_reason=ENOUGH_KNOWN)  # fmt: skip
            tell.tell("item_refused", 6, ours=True, second=True, item=number)
        elif draw < 0.13:
            tell.tell(
                "item_not_executable",
                30,
                ours=True,
                item=number,
                reason="The account was closed before the period asked for.",
            )
        elif draw < 0.2:
            tell.tell("item_executed_in_part", 40, ours=True, item=number, result="Records of two of three accounts.",
                      reasons="The third account is held by a bank that was wound up.")  # fmt: skip
        else:
            tell.tell(
                "item_executed",
                32,
                ours=True,
                item=number,
                result="Executed; the material is with the central authority.",
            )
    tell.tell("execution_ended", 4, ours=True, result="All items have an end.")
    tell.tell(
        "answer_sent",
        7,
        ours=True,
        results="Material as listed in the covering letter.",
        use_limits="the proceedings named in the request",
    )
    if tell.chance(0.6):
        tell.tell("follow_up_recorded", 20)
    tell.tell("closed", 20, ours=True)


def _information(tell: Teller) -> bool:
    """A round of additional information; False when the request lapsed for want of a reply."""
    tell.tell("information_requested", 12, ours=True, missing="The link between the account and the offence; dates of the transfers.",
              reply_due=60)  # fmt: skip
    if tell.chance(0.3):
        tell.tell("information_reminded", 70, ours=True)
        if tell.chance(0.15):
            tell.tell("lapsed", 60, ours=True)
            return False
    tell.tell("information_received", 34)
    return True


def _consult(tell: Teller, subject: str) -> None:
    tell.tell("consultation_opened", 12, ours=True, subject=subject, reply_due=30)
    if tell.chance(0.6):
        tell.tell("consultation_answered", 20)
    tell.tell("consultation_closed", 14, result="The other State was heard; its answer does not remove the obstacle.")


def _refuse(tell: Teller, basis: str) -> None:
    grounds = {
        "UNCAC": (["MLA_NONCONFORM"], ["MLA_FISHING"], ["MLA_CONTRARY_LAW"], ["MLA_DUAL_CRIM"], ["MLA_SOVEREIGNTY"], ["MLA_DUAL_CRIM", "MLA_FISHING"]),
        "UNTOC": (["MLA_NONCONFORM"], ["MLA_DUAL_CRIM"], ["MLA_CONTRARY_LAW"]),
        "EU_EIO": (["MLA_HUMAN_RIGHTS"], ["MLA_NE_BIS"], ["MLA_IMMUNITY"], ["MLA_DUAL_CRIM"]),
        "ECMA": (["MLA_SOVEREIGNTY"], ["MLA_POLITICAL"]),
    }.get(basis, (["MLA_SOVEREIGNTY"], ["MLA_CONTRARY_LAW"]))  # fmt: skip
    chosen = tell.rng.choice(grounds)
    _consult(tell, "Grounds for refusal in view: " + ", ".join(chosen))
    tell.tell("refusal_proposed", 9, ours=True, grounds=chosen,
              reasons="The request does not show the facts on which the measure could rest; the answer in the consultation added none.",
              no_consultation_reason=ENOUGH_KNOWN)  # fmt: skip
    _end_refusal(tell)


def _end_refusal(tell: Teller) -> None:
    tell.tell("refusal_approved", 5, ours=True, second=True)
    tell.tell("refusal_communicated", 4, ours=True)


# ---------------------------------------------------------------- outgoing assistance
def _ask(tell: Teller, registration: Registration) -> None:
    tell.tell("submitted_for_approval", 16, ours=True, draft="1", contents="complete")
    tell.tell("request_approved", 5, ours=True, second=True, draft="1")
    if tell.partner.language not in ("en",):
        tell.tell("translation_ordered", 2, ours=True, language=tell.partner.language)
        tell.tell("translation_received", 14, ours=True, language=tell.partner.language)
    tell.tell("sent", 4, ours=True, hour=10, language=tell.partner.language)
    tell.chasing = True
    if tell.chance(0.09):
        _no_answer(tell)
        return
    if tell.chance(0.9):
        tell.tell("acknowledged_abroad", 16)
    if tell.chance(0.35):
        tell.tell("information_asked_of_us", 50, missing="Copies of the warrant; the exact period of the records.")
        tell.chasing = False
        tell.tell("information_supplied", 12, ours=True, hour=11)
        tell.chasing = True
    draw = tell.rng.random()
    if draw < 0.13:
        _negative(tell)
        return
    if draw < 0.18:
        tell.tell("own_need_ended", 60, ours=True, withdrawn_by="The prosecutor: charges were dropped.")
        return
    for number, _item in enumerate(registration.items):
        if tell.chance(0.1):
            tell.tell(
                "item_executed_in_part",
                60,
                item=number,
                result="Part of the records.",
                reasons="The bank kept records for five years only.",
            )
        elif tell.chance(0.05):
            tell.tell("item_not_executable", 60, item=number, reason="Nothing was found.")
        else:
            tell.tell("item_executed", 58, item=number, result="Received and checked.")
    tell.chasing = False
    tell.tell(
        "results_received",
        6,
        results="As listed in the covering letter.",
        use_limits="the proceedings named in the request",
    )
    tell.tell("results_passed_on", 5, ours=True)
    tell.tell("closed", 15, ours=True)


def _no_answer(tell: Teller) -> None:
    tell.tell(
        "no_response_closed", 330, ours=True, second=True, reasons="No answer to any reminder; the trial has ended."
    )


def _negative(tell: Teller) -> None:
    kind = tell.rng.choice(("refused", "refused", "returned", "not_executable"))
    named = kind == "refused" and tell.chance(0.6)
    tell.tell("negative_reply_received", 110, reply_kind=kind, grounds=[tell.rng.choice(("MLA_DUAL_CRIM", "MLA_NONCONFORM", "MLA_CONTRARY_LAW"))] if named else [],
              reasons="The measure is not available there for this offence." if named else "None were given.")  # fmt: skip
    tell.chasing = False
    tell.tell("reply_accepted", 21, ours=True)


# ---------------------------------------------------------------- incoming extradition
def _extradite(tell: Teller, registration: Registration) -> None:
    basis = registration.bases[0].code
    arrest: date | None = None
    if registration.provisional_arrest_warrant:
        tell.tell("arrested", 12, ours=True, hour=7, place="Harbour District", notice_date=0)
        arrest = tell.day
        tell.tell("formal_request_received", 16)
    if tell.chance(0.8):
        tell.tell("acknowledged", 3, ours=True)
    tell.tell("legal_basis_accepted", 7, ours=True, basis=basis)
    if tell.chance(0.25) and not _information(tell):
        return
    if arrest is None:
        tell.tell("custody_changed", 6, ours=True, hour=8, custody="arrested", place="Riverside")
        arrest = tell.day
    tell.tell(
        "sent_to_court",
        10,
        ours=True,
        contents="complete",
        dual_criminality="given",
        warrant="Warrant of the requesting court",
    )
    if tell.chance(0.4):
        tell.tell(
            "consent_given",
            12,
            ours=True,
            consent="Before the District Court, with counsel and interpreter",
            speciality_renounced="no",
        )
    else:
        if tell.chance(0.12):
            tell.tell("court_refused", 60, ours=True, court="District Court, Riverside", grounds=[_extradition_ground(tell, basis)],
                      reasons="The court found a ground against surrender.")  # fmt: skip
            tell.tell("refusal_communicated", 8, ours=True)
            return
        tell.tell("committed", 55, ours=True, court="District Court, Riverside: extradition is permitted.")
    if tell.chance(0.5):
        tell.tell(
            "assurance_recorded",
            6,
            ours=True,
            assurance="requested",
            content="Detention in a place open to consular visits.",
        )
        tell.tell(
            "assurance_recorded",
            25,
            assurance="given",
            content="Given by note verbale; the place of detention is named.",
        )
        tell.tell(
            "assurance_recorded", 5, ours=True, assurance="sufficient", content="It names the place and who may visit."
        )
    if tell.chance(0.1):
        tell.tell("refusal_proposed", 14, ours=True, grounds=[_extradition_ground(tell, basis)], reasons="The guarantees given do not suffice.",
                  no_consultation_reason=ENOUGH_KNOWN)  # fmt: skip
        _end_refusal(tell)
        return
    tell.tell("granted", 20, ours=True, decided_by="Minister of Justice", assurances="sufficient", competing="none")
    tell.wait(4, ours=True)
    tell.tell("grant_communicated", days_in_custody=(tell.day - arrest).days + 1)
    tell.tell("surrender_fixed", 6, ours=True, surrender_on=9, place="International airport")
    tell.wait(9, ours=True)
    days = (tell.day - arrest).days + 1
    tell.tell("surrendered", hour=11, place="International airport", days_in_custody=days)


def _extradition_ground(tell: Teller, basis: str) -> str:
    return {
        "ECE": tell.rng.choice(("EX_TIME_BAR", "EX_NE_BIS_FINAL")),
        "UNCAC": "EX_DUAL_CRIM",
        "UNTOC": "EX_DUAL_CRIM",
        "EU_EAW": "EX_NE_BIS_FINAL",
    }.get(basis, "EX_DUAL_CRIM")


def _in_custody_now(rng: Random, today: date, days_ago: int) -> Story:
    """A person arrested provisionally under the 1957 Convention whose 18 and 40 days run now (ECE 16(4))."""
    partner = next(row for row in PARTNERS if "ECE" in row.extradition_bases and row.iso2 in ("CH", "TR"))
    opened = today - timedelta(days=days_ago + 3)
    registration = _registration(rng, "extradition", "incoming", partner, opened, provisional=True)
    arrest = today - timedelta(days=days_ago)
    step = Step("arrested", arrest, {"place": "Harbour District", "notice_date": arrest.isoformat()}, hour=8)
    return Story(registration, partner, (step,))


# ---------------------------------------------------------------- outgoing extradition
def _seek(tell: Teller, _registration: Registration) -> None:
    tell.tell(
        "submitted_for_approval",
        18,
        ours=True,
        draft="1",
        warrant="Warrant of the District Court, Riverside",
        contents="complete",
    )
    tell.tell("request_approved", 4, ours=True, second=True, draft="1")
    tell.tell("sent", 6, ours=True, hour=9, language=tell.partner.language)
    tell.tell("acknowledged_abroad", 15)
    tell.chasing = True
    draw = tell.rng.random()
    if draw < 0.15:
        named = tell.chance(0.7)
        tell.tell(
            "negative_reply_received",
            90,
            reply_kind="refused",
            grounds=["EX_NATIONALITY"] if named else [],
            reasons="The person is a national." if named else "None were given.",
        )
        tell.chasing = False
        tell.tell("reply_accepted", 20, ours=True)
        return
    tell.tell("granted_abroad", 110, decided_by="The competent court of the other State")
    tell.chasing = False
    tell.tell("surrender_fixed", 14, surrender_on=12, place="Airport of departure")
    tell.tell(
        "surrendered_to_us", 12, hour=12, place="International airport", days_in_custody=tell.rng.randint(40, 200)
    )
    tell.tell("closed", 90, ours=True)


# ---------------------------------------------------------------- what is registered
def _registration(
    rng: Random, kind: str, direction: str, partner: Partner, opened: date, *, provisional: bool = False
) -> Registration:
    subject, items, offences = _matter(rng, kind)
    person, company = _person(rng, partner), rng.choice(COMPANIES)
    shown = person.names[-1][0]
    filled = subject.format(person=shown, company=company)
    bases = partner.extradition_bases if kind == "extradition" else partner.bases
    without_basis = kind == "mla" and direction == "incoming" and rng.random() < 0.03
    urgent = rng.random() < 0.14
    needed = opened + timedelta(days=rng.choice((60, 90, 120, 180))) if kind == "mla" and rng.random() < 0.3 else None
    people = [
        PersonGiven(
            person.names,
            "sought" if kind == "extradition" else "suspect",
            nationality=partner.iso2,
            born_on=f"{rng.randint(1948, 1996)}",
        )
    ]
    if "{company}" in subject:
        people.append(PersonGiven(((company, ""),), "holder", legal_person=True))
    particulars = Particulars(
        subject=filled,
        facts_summary=f"The {'requesting' if direction == 'incoming' else 'investigating'} authority conducts proceedings against {shown}. "
        "Payments were made through accounts held in the other State; the material sought is to show their origin and use.",
        operation=rng.choice(OPERATIONS),
        counterpart=partner.iso2,
        their_reference=f"{rng.choice(('JC', 'MLA', 'IC', 'DRCI'))} {rng.randint(100, 9999)}/{opened.year}"
        if direction == "incoming"
        else "",
        urgency="urgent" if urgent else "routine",
        urgency_reason="Hearing date set" if urgent else "",
        confidentiality=rng.choices(("ordinary", "confidential", "restricted"), (70, 26, 4))[0],
        nature=None
        if kind == "extradition"
        else rng.choices(("criminal", "administrative", "non_conviction_based"), (93, 4, 3))[0],
        wanted_for=rng.choice(("prosecution", "sentence")) if kind == "extradition" else None,
        languages=("en",) if direction == "incoming" else (partner.language,),
        channel=rng.choices(
            ("central_authority", "diplomatic", "secure_platform", "post", "interpol"), (55, 15, 15, 10, 5)
        )[0],
        no_basis_named=without_basis,
        received_on=opened if direction == "incoming" else None,
        needed_by=needed,
        needed_by_reason="Trial opens on that day" if needed else "",
    )
    return Registration(
        kind=kind,
        direction=direction,
        opened_on=opened,
        particulars=particulars,
        bases=() if without_basis else tuple(BasisGiven(code, number == 0) for number, code in enumerate(bases)),
        offences=tuple(OffenceGiven(code) for code in offences),
        items=tuple(ItemGiven(code) for code in items),
        persons=tuple(people),
        provisional_arrest_warrant="Warrant of the requesting court"
        if provisional or (kind == "extradition" and direction == "incoming" and "ECE" in bases and rng.random() < 0.5)
        else "",
    )


def _matter(rng: Random, kind: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    if kind == "extradition":
        subject, offences = rng.choice(EXTRADITION_MATTERS)
        return subject, (), offences
    return rng.choice(MATTERS)


def _person(rng: Random, partner: Partner) -> PersonGiven:
    """A person with a name of that State, in its script and in Latin letters where the two differ."""
    language = partner.language if partner.language in GIVEN_NAMES else "en"
    if language in TRANSLITERATED:
        number = rng.randrange(len(TRANSLITERATED[language]))
        native = f"{GIVEN_NAMES[language][number]} {FAMILY_NAMES[language][number]}"
        return PersonGiven(((native, language), (TRANSLITERATED[language][number], "Latn")), "suspect")
    return PersonGiven(((f"{rng.choice(GIVEN_NAMES[language])} {rng.choice(FAMILY_NAMES[language])}", ""),), "suspect")


def _weighted(rng: Random, rows: list[tuple[T, int]]) -> T:
    return rng.choices([row for row, _ in rows], [weight for _, weight in rows])[0]
