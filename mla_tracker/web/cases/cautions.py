"""What a caseworker is warned of on the page of a request; none of it blocks an act."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mla_tracker.cases.models import Case
from mla_tracker.directory.models import Authority
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.web.directory.words import CHANNELS
from mla_tracker.web.filters import joined, language

_CONVENTIONS = ("UNCAC", "UNTOC")


def cautions(session: Session, case: Case, codes: Catalogue) -> list[str]:
    """Another treaty beside the Convention (46(7)); language and channel against the directory (46(13)-(14))."""
    if case.closed_on is not None:
        return []
    found = _other_treaty(case, codes)
    authority = session.get(Authority, case.counterpart_authority_id) if case.counterpart_authority_id else None
    if authority is not None and case.direction == "outgoing" and case.sent_on is None:
        found += _profile(case, authority)
    return found


def _other_treaty(case: Case, codes: Catalogue) -> list[str]:
    if case.kind != "mla":
        return []
    accepted = {basis.basis_code for basis in case.bases if basis.accepted}
    applied = next((code for code in _CONVENTIONS if code in accepted), None)
    others = [
        codes.legal_bases[basis.basis_code].label
        for basis in case.bases
        if basis.basis_code not in (*_CONVENTIONS, "DOMESTIC", "RECIPROCITY", "LETTERS_ROGATORY")
        and basis.basis_code in codes.legal_bases
        and basis.accepted is not False
    ]
    if applied is None or not others:
        return []
    article = "46(7)" if applied == "UNCAC" else "18(7)"
    return [
        _(
            "Paragraphs 9 to 29 of %(basis)s apply where no other treaty of mutual legal assistance binds the two "
            "States, or where both agree to use them (art. %(article)s). Another treaty is named here: %(others)s.",
            basis=applied,
            article=article,
            others=joined(others),
        )
    ]


def _profile(case: Case, authority: Authority) -> list[str]:
    found = []
    if authority.languages and case.languages and not set(case.languages) & set(authority.languages):
        found.append(
            _(
                "The directory says that this authority takes %(theirs)s; the request is in %(ours)s (art. 46(14)).",
                theirs=joined([language(code) for code in authority.languages]),
                ours=joined([language(code) for code in case.languages]),
            )
        )
    if authority.channels and case.channel and case.channel not in authority.channels:
        found.append(
            _(
                "The directory says that this authority takes requests by %(theirs)s; this one goes by %(ours)s "
                "(art. 46(13)).",
                theirs=joined([str(CHANNELS.get(code, code)) for code in authority.channels]),
                ours=str(CHANNELS.get(case.channel, case.channel)),
            )
        )
    return found
