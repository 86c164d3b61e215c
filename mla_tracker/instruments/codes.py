"""The code lists as values: one frozen dataclass a list, and the strict reading of a row of each.

The same reading serves the seed files, the rows of the tables and what an administrator adds. Whether the codes that
a row names exist is checked over all lists together (`check_references`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mla_tracker.core.code_list import Code, CodeDataError, Reader
from mla_tracker.directory.types import read_authority_type

KINDS: Final = frozenset({"mla", "extradition", "freeze"})
"""Kinds of request as grounds and duties tell them apart; `freeze` is any request about assets."""

ANY: Final = "ANY"
ALL: Final = "ALL"
DOMESTIC: Final = "DOMESTIC"
BILATERAL: Final = "BILATERAL"
TREATY_PARTIES: Final = "treaty_parties.csv"

BASIS_KINDS: Final = ("multilateral", "regional", "bilateral", "reciprocity", "domestic", "letters_rogatory")
GROUND_GROUPS: Final = ("refusal", "bar", "postponement", "condition", "deficiency", "not_executed", "discharge")
FORCES: Final = ("mandatory", "discretionary", "barred")
DUTY_ACTS: Final = ("refuse", "postpone", "lift_freeze", "partial")
DUTY_KINDS: Final = ("consult", "give_reasons", "ask_information", "hear", "notify")
DUTY_TOWARDS: Final = ("requesting_state", "person_sought", "affected_person")
DUTY_FORCES: Final = ("required", "where_appropriate", "none")
COERCIVE: Final = ("yes", "no", "depends")
STAGES: Final = ("freeze", "confiscate", "return")
SIDES: Final = ("requesting", "requested", "both", "external")
BAR_SCOPES: Final = ("any", "sole")

CONDITIONS: Final = frozenset(
    {
        "always",
        "UNCAC_9_29",
        "UNTOC_9_29",
        "DRUGS88_8_19",
        "BUDAPEST_27",
        "INFORMATION_INSUFFICIENT",
        "FREEZE_UNDER_55",
        "PERSON_NOT_CONSENTING",
    }
)
"""When a duty or bar applies; their meaning stands on top of `refusal_duties.yaml`."""


@dataclass(frozen=True)
class LegalBasis(Code):
    """An instrument or other basis. `articles`: the provisions by kind of request, "all" for the whole instrument.

    `members` (ISO alpha-2) and `listed_parties` (the parties stand with each State) only warn. `in_force` is an ISO
    date.
    """

    kind: str
    covers: tuple[str, ...]
    articles: Mapping[str, str]
    in_force: str | None
    in_force_check: str | None
    opens_domestic_grounds: tuple[str, ...]
    yields_to_mla_treaty: str | None
    members: tuple[str, ...] | None
    listed_parties: bool


@dataclass(frozen=True)
class Ground(Code):
    """A ground for refusal, a bar, postponement, condition or deficiency (`group`), valid relative to the legal
    basis."""

    group: str
    applies: tuple[str, ...]
    force: str
    force_by_basis: Mapping[str, str]
    bases: tuple[str, ...]
    sources: tuple[str, ...]
    curable: bool
    cure: str | None
    effect: str | None
    bar_scope: str | None
    bars: tuple[str, ...]

    def force_under(self, basis: str) -> str:
        """Whether the ground must or may be relied on under `basis`."""
        return self.force_by_basis.get(basis, self.force)


@dataclass(frozen=True)
class Duty(Code):
    """What a basis asks for before (`before`) or upon refusing, postponing or lifting. `grounds` empty: all of them.

    `force` none means that the text lays no such duty: the row stands so that nobody asks for one. `with_domestic` adds
    every domestic ground that the basis opens.
    """

    basis: str
    applies: tuple[str, ...]
    act: str
    duty: str
    towards: str
    before: bool
    force: str
    grounds: tuple[str, ...]
    with_domestic: bool
    when: str
    article: str


@dataclass(frozen=True)
class BarRule(Code):
    """A ground (`ground`, of the group bar) that a basis forbids: `any` = never, `sole` = not alone."""

    basis: str
    ground: str
    applies: tuple[str, ...]
    scope: str
    when: str
    article: str


@dataclass(frozen=True)
class Offence(Code):
    """An offence of a Convention (`mandatory`: a duty to criminalise), or another one described in words."""

    instrument: str | None
    article: str | None
    mandatory: bool | None
    mandatory_check: str | None


@dataclass(frozen=True)
class AssistanceType(Code):
    """A measure that may be sought. `coercive`: yes, no or depends; `stage`: set for measures about assets."""

    uncac: str | None
    untoc: str | None
    budapest: str | None
    coercive: str
    stage: str | None


@dataclass(frozen=True)
class DelayReason(Code):
    """Why a case is late; a `pausable` reason may stop a house clock, never a treaty clock."""

    side: str
    pausable: bool
    sources: tuple[str, ...]
    warns: str | None


def read_legal_basis(raw: Mapping[str, Any], place: str) -> LegalBasis:
    """A row of legal_bases.yaml; `members` is a list of States (the name of a file was resolved before)."""
    reader = Reader(
        raw,
        place,
        "kind covers mla extradition freeze in_force in_force_check parties_file members members_except members_plus "
        "members_check yields_to_mla_treaty opens_domestic_grounds",
    )
    return LegalBasis(
        **reader.common(),
        kind=reader.one_of("kind", BASIS_KINDS),
        covers=reader.several("covers", KINDS, required=True),
        articles={kind: reader.text(kind) for kind in ("mla", "extradition", "freeze") if kind in raw},
        in_force=reader.iso_date("in_force"),
        in_force_check=reader.optional_one_of("in_force_check", ("checked", "unchecked")),
        opens_domestic_grounds=reader.several("opens_domestic_grounds", KINDS),
        yields_to_mla_treaty=reader.optional("yields_to_mla_treaty"),
        members=_members(raw, reader),
        listed_parties=reader.optional_one_of("parties_file", (TREATY_PARTIES,)) is not None,
    )


def _members(raw: Mapping[str, Any], reader: Reader) -> tuple[str, ...] | None:
    reader.optional_one_of("members_check", ("checked", "unchecked"))
    if "members" not in raw:
        return None
    left_out = set(reader.several("members_except"))
    members = [state for state in reader.several("members", required=True) if state not in left_out]
    return (*members, *reader.several("members_plus"))


def read_ground(raw: Mapping[str, Any], place: str) -> Ground:
    """A row of refusal_grounds.yaml. A bar has a scope and lists what it speaks of; only what is curable has a cure."""
    reader = Reader(raw, place, "class applies force force_by_basis bar_scope bars bases sources curable cure effect")
    ground = Ground(
        **reader.common(),
        group=reader.one_of("class", GROUND_GROUPS),
        applies=reader.several("applies", KINDS, required=True),
        force=reader.one_of("force", FORCES),
        force_by_basis=reader.mapping("force_by_basis", FORCES),
        bases=reader.several("bases", required=True),
        sources=reader.several("sources", required=True),
        curable=reader.flag("curable"),
        cure=reader.optional("cure"),
        effect=reader.optional("effect"),
        bar_scope=reader.optional_one_of("bar_scope", BAR_SCOPES),
        bars=reader.several("bars"),
    )
    if (ground.group == "bar") != (ground.bar_scope is not None) or (ground.group == "bar") != (
        ground.force == "barred"
    ):
        raise reader.fail("bar_scope", "goes with the class bar and the force barred")
    if ground.curable != (ground.cure is not None):
        raise reader.fail("cure", "goes with what is curable")
    return ground


def read_duty(raw: Mapping[str, Any], place: str) -> Duty:
    """A row of `duties` in refusal_duties.yaml; its article stands for a label."""
    reader = Reader(raw, place, "basis applies act duty towards before force grounds with_domestic when article")
    grounds = reader.several("grounds", required=True)
    if ALL in grounds and grounds != (ALL,):
        raise reader.fail("grounds", f"{ALL} stands alone")
    return Duty(
        **reader.common(label_from="article"),
        basis=reader.text("basis"),
        applies=reader.several("applies", KINDS, required=True),
        act=reader.one_of("act", DUTY_ACTS),
        duty=reader.one_of("duty", DUTY_KINDS),
        towards=reader.one_of("towards", DUTY_TOWARDS),
        before=reader.flag("before"),
        force=reader.one_of("force", DUTY_FORCES),
        grounds=() if grounds == (ALL,) else grounds,
        with_domestic=reader.flag("with_domestic", default=False),
        when=reader.one_of("when", CONDITIONS),
        article=reader.text("article"),
    )


def read_bar(raw: Mapping[str, Any], place: str) -> BarRule:
    """A row of `barred` in refusal_duties.yaml; its article stands for a label."""
    reader = Reader(raw, place, "basis ground applies scope when article")
    return BarRule(
        **reader.common(label_from="article"),
        basis=reader.text("basis"),
        ground=reader.text("ground"),
        applies=reader.several("applies", KINDS, required=True),
        scope=reader.one_of("scope", BAR_SCOPES),
        when=reader.one_of("when", CONDITIONS),
        article=reader.text("article"),
    )


def read_offence(raw: Mapping[str, Any], place: str) -> Offence:
    """A row of offences.yaml."""
    reader = Reader(raw, place, "instrument article mandatory mandatory_check")
    return Offence(
        **reader.common(),
        instrument=reader.optional("instrument"),
        article=reader.optional("article"),
        mandatory=reader.optional_flag("mandatory"),
        mandatory_check=reader.optional_one_of("mandatory_check", ("checked", "unchecked")),
    )


def read_assistance_type(raw: Mapping[str, Any], place: str) -> AssistanceType:
    """A row of assistance_types.yaml."""
    reader = Reader(raw, place, "uncac untoc budapest coercive stage")
    return AssistanceType(
        **reader.common(),
        uncac=reader.optional("uncac"),
        untoc=reader.optional("untoc"),
        budapest=reader.optional("budapest"),
        coercive=reader.one_of("coercive", COERCIVE),
        stage=reader.optional_one_of("stage", STAGES),
    )


def read_delay_reason(raw: Mapping[str, Any], place: str) -> DelayReason:
    """A row of delay_reasons.yaml."""
    reader = Reader(raw, place, "side pausable sources warns")
    return DelayReason(
        **reader.common(),
        side=reader.one_of("side", SIDES),
        pausable=reader.flag("pausable"),
        sources=reader.several("sources", required=True),
        warns=reader.optional("warns"),
    )


READERS: Final[Mapping[str, Callable[[Mapping[str, Any], str], Code]]] = {
    "legal_basis": read_legal_basis,
    "ground": read_ground,
    "duty": read_duty,
    "bar": read_bar,
    "offence": read_offence,
    "assistance_type": read_assistance_type,
    "authority_type": read_authority_type,
    "delay_reason": read_delay_reason,
}
"""How a row of each list is read; time limits are read by the deadline engine."""


def check_references(rows: Iterable[Code], codes: Mapping[str, Collection[str]], place: str) -> None:
    """Every legal basis and ground that a row names exists. Raises `CodeDataError` naming `place` and the row."""
    for row in rows:
        for key, table, named in _references(row):
            if unknown := [code for code in named if code not in codes[table]]:
                raise CodeDataError(f"{place}, {row.code}", key, f"{', '.join(unknown)} is no code of {table}")


def _references(row: Code) -> list[tuple[str, str, Iterable[str]]]:
    match row:
        case Ground():
            return [
                ("bases", "legal_basis", [code for code in row.bases if code != ANY]),
                ("force_by_basis", "legal_basis", row.force_by_basis),
                ("bars", "ground", row.bars),
            ]
        case Duty():
            return [("basis", "legal_basis", [row.basis]), ("grounds", "ground", row.grounds)]
        case BarRule():
            return [("basis", "legal_basis", [row.basis]), ("ground", "ground", [row.ground])]
        case Offence():
            return [("instrument", "legal_basis", [row.instrument] if row.instrument else [])]
        case DelayReason():
            return [("warns", "ground", [row.warns] if row.warns else [])]
        case _:
            return []
