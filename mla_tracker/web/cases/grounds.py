"""What the page of a refusal shows beside its form: grounds with article and force, what is barred, what is owed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _

from mla_tracker.cases.models import Case
from mla_tracker.cases.projection import Wanted
from mla_tracker.cases.replay import Entry, effective
from mla_tracker.decisions.projection import pending, refusals
from mla_tracker.decisions.rules import DUTY_WORDS, NO_BASIS_GROUNDS
from mla_tracker.decisions.services import DUTY_SHOWN_BY
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.codes import Ground
from mla_tracker.instruments.grounds import Bar

PROPOSING: Final[Mapping[str, str]] = {
    "refusal_proposed": "refuse",
    "item_refusal_proposed": "partial",
    "granted_in_part": "partial",
    "postponed": "postpone",
    "item_postponed": "postpone",
}
"""The act to what it does in the rows of duties."""
CONFIRMING: Final = frozenset(
    {
        "refusal_approved", "refusal_sent_back", "refusal_communicated", "nationality_refusal_communicated",
        "item_refused", "item_refusal_sent_back",
    }
)  # fmt: skip
"""The acts that are about a refusal already proposed: what is to be approved or told stands on their page."""
_OF_OTHERS: Final = frozenset({"negative_reply_received", "item_refused_abroad", "postponed_abroad"})


def kind_of_request(case: Case, codes: Catalogue) -> str:
    """The kind for grounds and duties: a request about assets alone is a `freeze` request."""
    about_assets = bool(case.items) and all(codes.assistance_types[item.type_code].stage for item in case.items)
    return "freeze" if case.kind == "mla" and about_assets else case.kind


def accepted_bases(case: Case) -> list[str]:
    """The accepted legal bases, the primary one first."""
    rows = sorted((basis for basis in case.bases if basis.accepted), key=lambda basis: not basis.is_primary)
    return [basis.basis_code for basis in rows]


def ground_choices(case: Case, codes: Catalogue, act_code: str) -> list[tuple[str, str]]:
    """The grounds to choose from: those of the accepted bases without what they bar, or all where others chose."""
    bases, kind = accepted_bases(case), kind_of_request(case, codes)
    available: Sequence[Ground] = codes.grounds_available(bases, kind).grounds
    if act_code in _OF_OTHERS:
        return [(ground.code, ground_line(ground, bases)) for ground in available]
    if not bases:
        return [(ground.code, ground_line(ground, bases)) for ground in available if ground.code in NO_BASIS_GROUNDS]
    bars = codes.bars(bases, kind)
    never = {code for bar in bars if bar.scope == "any" for code in bar.grounds}
    not_alone = {code for bar in bars if bar.scope == "sole" for code in bar.grounds}
    return [
        (ground.code, ground_line(ground, bases) + (" · " + _("not alone") if ground.code in not_alone else ""))
        for ground in available
        if ground.code not in never
    ]


def ground_line(ground: Ground, bases: Sequence[str]) -> str:
    """A ground with its article under the basis, whether it must or may be relied on, and whether it can be cured."""
    force = ground.force_under(bases[0]) if bases else ground.force
    parts = [str(_(ground.label)), article_under(ground.sources, bases)]
    parts.append(_("mandatory") if force == "mandatory" else _("optional"))
    if ground.curable:
        parts.append(_("curable: %(how)s", how=_(ground.cure)) if ground.cure else _("curable"))
    return " · ".join(parts)


def article_under(sources: Sequence[str], bases: Collection[str]) -> str:
    """The source that speaks of an accepted basis, or else the first."""
    named = [source for source in sources if any(source.startswith(basis.removeprefix("EU_")) for basis in bases)]
    return named[0] if named else sources[0]


def barred_lines(case: Case, codes: Catalogue, act_code: str) -> list[dict[str, Any]]:
    """What the accepted bases forbid as a ground, shown beside those that can be chosen."""
    if PROPOSING.get(act_code) not in ("refuse", "partial"):
        return []
    return [_barred(bar) for bar in codes.bars(accepted_bases(case), kind_of_request(case, codes))]


def _barred(bar: Bar) -> dict[str, Any]:
    note = _("never a ground") if bar.scope == "any" else _("not alone: only beside another ground")
    return {"state": "wait", "label": _(bar.label), "article": bar.article, "note": note}


def duty_lines(case: Case, codes: Catalogue, act_code: str, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The duties of the primary basis before this act, whatever the ground, and which of them are done."""
    bases = accepted_bases(case)
    if act_code not in PROPOSING or not bases:
        return []
    kind = kind_of_request(case, codes)
    if not codes.duties_recorded(bases[0]):
        return [{"state": "wait", "label": _("No duty is recorded for this legal basis."), "article": "", "note": ""}]
    done = {entry.code for entry in effective(entries)}
    every = {
        (row.duty, row.article): row
        for row in codes.duties(bases[0], kind, PROPOSING[act_code], [ground.code for ground in codes.grounds.values()])
        if row.before and row.towards == "requesting_state"
    }
    return [
        {
            "state": "done" if DUTY_SHOWN_BY.get(row.duty) in done else "lack",
            "label": _(DUTY_WORDS[row.duty]),
            "article": row.article,
            "note": _("nothing takes its place") if row.force == "required" else _("or the reason why not"),
        }
        for row in every.values()
    ]


def refusal_to_confirm(act_code: str, item_id: int | None, entries: Sequence[Entry]) -> Wanted | None:
    """The refusal that this act is about."""
    return pending(refusals(effective(entries)), item_id) if act_code in CONFIRMING else None
