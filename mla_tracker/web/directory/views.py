"""`/directory`: the States; `/directory/<ISO>`: how one works with one of them; `/directory/own`: our own side."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.search import fold
from mla_tracker.casework import administering
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.directory.models import Authority, State
from mla_tracker.directory.queries import (
    StateLine,
    authorities_of,
    own_authorities,
    own_count,
    state_by_code,
    state_lines,
)
from mla_tracker.directory.services import require_authority
from mla_tracker.instruments.catalogue import Catalogue, recorded_as_party
from mla_tracker.instruments.queries import catalogue
from mla_tracker.statistics.queries import Figures, figures_of, latest
from mla_tracker.statistics.services import UNRESTRICTED
from mla_tracker.web.access import requires
from mla_tracker.web.check_words import CHECKS, check_sign
from mla_tracker.web.context import current_actor, db, office, permitted, today
from mla_tracker.web.directory import words
from mla_tracker.web.directory.forms import AuthorityForm
from mla_tracker.web.directory.record import record_page
from mla_tracker.web.filters import country
from mla_tracker.web.flashes import told

bp = Blueprint("directory", __name__, url_prefix="/directory")

OLD_AFTER_DAYS = 365
"""An entry that nobody verified for a year is pointed out."""


@bp.get("")
@requires(Permission.DIRECTORY_READ)
def index() -> Any:
    """With whom does one speak in that State?"""
    lines = sorted(state_lines(db()), key=lambda line: fold(country(line.state.iso2)))
    known = [line for line in lines if line.authorities]
    wanted = request.args.get("q", "").strip()
    everything = "all" in request.args or not known
    shown = _matching(lines, wanted) if wanted else lines if everything else known
    return render_template(
        "directory/index.html",
        lines=shown,
        wanted=wanted,
        count_words=ngettext("%(num)d State", "%(num)d States", len(shown)),
        statuses=words.STATUSES,
        status_signs=words.STATUS_SIGNS,
        old=_old,
        today=today(),
        views=[
            (_("With authorities"), url_for("directory.index"), len(known), not wanted and not everything),
            (_("All States"), url_for("directory.index", all=1), len(lines), not wanted and everything),
            (_("Our own side"), url_for("directory.own"), own_count(db()), False),
        ],
    )


def _matching(lines: Sequence[StateLine], wanted: str) -> list[StateLine]:
    """The States whose name (in the reader's language or English), code or authority holds what was looked for."""
    folded = fold(wanted)

    def texts(line: StateLine) -> list[str]:
        state = line.state
        return [country(state.iso2), state.name_en, *line.names]

    return [
        line
        for line in lines
        if folded in (line.state.iso2.lower(), line.state.iso3.lower())
        or any(folded in fold(text) for text in texts(line))
    ]


def _old(row: Authority | StateLine) -> bool:
    return row.verified_on is not None and (today() - row.verified_on).days > OLD_AFTER_DAYS


@bp.get("/own")
@requires(Permission.DIRECTORY_READ)
def own() -> Any:
    """The bodies of our own side that ask for assistance or carry it out."""
    retired = "retired" in request.args
    rows = own_authorities(db(), retired=retired)
    return render_template(
        "directory/own.html", **_authorities(sorted(rows, key=lambda row: row.type_code)), with_retired=retired
    )


@bp.get("/<iso2>")
@requires(Permission.DIRECTORY_READ)
def state(iso2: str) -> Any:
    """How does one work with this State?"""
    found = _state(iso2)
    retired = "retired" in request.args
    codes = catalogue(db())
    return render_template(
        "directory/state.html",
        state=found,
        **_authorities(authorities_of(db(), found.iso2, retired=retired)),
        with_retired=retired,
        treaties=[_treaty(found, code) for code in words.TREATIES],
        memberships=_memberships(found, codes),
        sees_cases=permitted(Permission.CASE_READ),
        sees_figures=permitted(Permission.STATISTICS_READ),
    )


@bp.get("/<iso2>/record")
@requires(Permission.STATISTICS_READ)
def record(iso2: str) -> Any:
    """Our record with this State in both directions, to take to a consultation."""
    found = _state(iso2)
    session, actor = db(), current_actor()
    snapshot = latest(session, actor, UNRESTRICTED)
    figures = figures_of(session, snapshot.id, kind="", state=found.iso2) if snapshot else Figures([])
    return render_template(
        "directory/record.html",
        state=found,
        today=today(),
        **record_page(session, actor, found.iso2, snapshot, figures),
    )


def _state(iso2: str) -> State:
    if iso2 != iso2.upper():
        raise NotVisible("A State's address is written in capitals.")
    return state_by_code(db(), iso2)


def _authorities(rows: Sequence[Authority]) -> dict[str, Any]:
    """What the lists of authorities need: the rows by type, in the order of the types."""
    types = catalogue(db()).authority_types
    order = {code: number for number, code in enumerate(types)}
    ordered = sorted(rows, key=lambda row: (order.get(row.type_code, len(order)), row.type_code, fold(row.name)))
    groups = [
        (_(types[code].label), list(members)) for code, members in groupby(ordered, key=lambda row: row.type_code)
    ]
    return {
        "groups": groups,
        "total": len(rows),
        "channels": words.CHANNELS,
        "old": _old,
        "may_edit": permitted(Permission.ADMIN_CODES),
    }


def _treaty(found: State, code: str) -> dict[str, Any]:
    facts = found.treaties.get(code, {})
    status, on = facts.get("status", "none-recorded"), facts.get("date", "")
    return {
        "name": words.TREATIES[code],
        "sign": words.STATUS_SIGNS[status],
        "status": words.STATUSES[status],
        "on": date.fromisoformat(on) if len(on) == len("2005-12-14") else None,
        "year": on if len(on) == len("2005") else "",
        "act": words.ACTS.get(facts.get("act", ""), ""),
        "check_sign": check_sign(facts.get("check", "unchecked")),
        "check": CHECKS[facts.get("check", "unchecked")],
    }


def _memberships(found: State, codes: Catalogue) -> list[dict[str, Any]]:
    """The instruments whose list of members names the State."""
    return [
        {"label": _(basis.label), "in_force": basis.in_force}
        for basis in codes.legal_bases.values()
        if basis.members is not None and recorded_as_party(basis, found.iso2, found.treaties)
    ]


@bp.route("/<iso2>/add", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def add(iso2: str) -> Any:
    """Add an authority of a State, or (`own`) a body of our own side."""
    code = None if iso2 == "own" else _state(iso2).iso2
    form = AuthorityForm()
    form.offer(_types())

    def save() -> None:
        administering.add_authority(office(), db(), code, form.given(), actor=current_actor())

    return _form(form, save, _("The authority is in the directory."), state=code)


@bp.route("/authorities/<int:authority_id>", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def change(authority_id: int) -> Any:
    """Change an authority, or say that it was verified."""
    row = require_authority(db(), authority_id)
    form = AuthorityForm()
    form.offer(_types(row.type_code))
    if request.method == "GET":
        form.show(row)

    def save() -> None:
        typed = form.version.data or ""
        version = int(typed) if typed.isdecimal() else -1
        administering.change_authority(
            office(), db(), authority_id, form.given(), version=version, actor=current_actor()
        )

    return _form(form, save, _("The entry is changed."), state=row.state, row=row)


@bp.post("/authorities/<int:authority_id>/retire")
@requires(Permission.ADMIN_CODES)
def retire(authority_id: int) -> Any:
    """Take an authority out of use."""
    row = require_authority(db(), authority_id)
    administering.retire_authority(office(), db(), authority_id, actor=current_actor())
    told(_("The authority is out of use; the cases that name it keep it."))
    return redirect(_home(row.state))


@bp.post("/authorities/<int:authority_id>/restore")
@requires(Permission.ADMIN_CODES)
def restore(authority_id: int) -> Any:
    """Bring an authority back into use."""
    row = require_authority(db(), authority_id)
    administering.restore_authority(office(), db(), authority_id, actor=current_actor())
    told(_("The authority is in use again."))
    return redirect(_home(row.state))


def _form(
    form: AuthorityForm, save: Callable[[], None], done: str, *, state: str | None, row: Authority | None = None
) -> Any:
    if form.validate_on_submit():
        try:
            save()
        except DomainError as problem:
            db().rollback()
            form.take(problem)
        else:
            told(done)
            return redirect(_home(state))
    page = render_template("directory/authority.html", form=form, row=row, state=state, home=_home(state))
    return page, 422 if form.errors else 200


def _types(kept: str = "") -> list[tuple[str, str]]:
    """The types of authority in use, and the one that an entry has already."""
    types = catalogue(db()).authority_types
    codes = [*types, *([kept] if kept and kept not in types else [])]
    return [(code, _(types[code].label)) for code in codes]


def _home(state_code: str | None) -> str:
    return url_for("directory.own") if state_code is None else url_for("directory.state", iso2=state_code)
