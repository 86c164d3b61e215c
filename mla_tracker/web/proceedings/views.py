"""`/proceedings`: what follows a request or stands beside it; `/proceedings/<reference>`: one of them with its acts."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.facts import day_label
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.particulars import LONGEST_SUBJECT
from mla_tracker.cases.queries import find_case
from mla_tracker.casework.proceeding_acts import NewProceeding, open_proceeding, record_in_proceeding
from mla_tracker.core.errors import Conflict, DomainError, NotPermitted, NotVisible
from mla_tracker.proceedings.models import Proceeding
from mla_tracker.proceedings.queries import entries_with_names, find_proceeding, latest_proceedings
from mla_tracker.proceedings.rules import cycle_of, lacking, questions
from mla_tracker.web.access import requires
from mla_tracker.web.cases.choices import state_choices
from mla_tracker.web.cases.forms import ActCodes, act_detail, act_form, options
from mla_tracker.web.cases.presenting import event_title, outcome_label, status_label, status_sign
from mla_tracker.web.cases.words import TURNS
from mla_tracker.web.context import current_actor, db, looked_at, office, today
from mla_tracker.web.fields import DayField
from mla_tracker.web.filters import bdi, country, day
from mla_tracker.web.flashes import told
from mla_tracker.web.forms import BaseForm, seen_version

bp = Blueprint("proceedings", __name__, url_prefix="/proceedings")

# Recorded elsewhere: the opening by its own page, a taking over by an import.
_ELSEWHERE = frozenset({"proceeding_opened", "taken_over", "corrected"})


class OpenForm(BaseForm):
    """A new proceeding."""

    kind = SelectField(_l("Kind of proceeding"))
    subject = StringField(
        _l("Subject line"), validators=[InputRequired(_l("Enter a subject line.")), Length(max=LONGEST_SUBJECT)]
    )
    counterpart = SelectField(_l("The other State"))
    opened_on = DayField(_l("Opened on"), validators=[InputRequired(_l("Enter the day."))])
    case = HiddenField()


@bp.get("")
@requires(Permission.CASE_READ)
def index() -> Any:
    """The latest proceedings."""
    rows = latest_proceedings(db(), current_actor())
    return render_template(
        "proceedings/index.html",
        rows=[(row, _kind(row), _status(row), _sign(row)) for row in rows],
        may_open=current_actor().may(Permission.PROCEEDING_WORK),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROCEEDING_WORK)
def new() -> Any:
    """Open a proceeding, by itself or after a request (UNCAC 44(11), 44(13), 45, 47, 49, 46(4))."""
    session, actor = db(), current_actor()
    reference = request.values.get("case", "")
    case = find_case(session, actor, reference) if reference else None
    form = OpenForm(data=_first_values(case) | {"case": reference, "opened_on": today()})
    kinds = life_cycles().proceeding_kinds.values()
    form.kind.choices = options((kind.code, f"{_(kind.label)} · UNCAC {kind.uncac}") for kind in kinds)
    form.counterpart.choices = options(state_choices(session), blank=_("Choose a State"))
    if form.validate_on_submit():
        given = NewProceeding(
            kind=form.kind.data,
            counterpart=form.counterpart.data or "",
            subject=form.subject.data or "",
            opened_on=form.opened_on.data or today(),
            case_id=case.id if case is not None else None,
        )
        try:
            made = open_proceeding(office(), session, given, actor=actor)
        except DomainError as problem:
            session.rollback()
            form.take(problem)
        else:
            told(_("%(reference)s is on file.", reference=made))
            return redirect(url_for("proceedings.detail", reference=made))
    return render_template("proceedings/new.html", form=form, case=case), 422 if form.errors else 200


def _first_values(case: Case | None) -> dict[str, Any]:
    if case is None:
        return {}
    kind = "SENTENCE_ENFORCEMENT" if case.wanted_for == "sentence" else "PROSECUTION_IN_LIEU"
    return {"kind": kind, "subject": case.subject, "counterpart": case.counterpart}


@bp.get("/<reference>")
@requires(Permission.CASE_READ)
def detail(reference: str) -> Any:
    """Where it stands, what is possible, what happened."""
    actor = current_actor()
    row = find_proceeding(db(), actor, reference)
    tables, parent = life_cycles(), _parent(row)
    entries = entries_with_names(db(), row.id)
    codes = frozenset(entry.code for entry, _who in entries)
    place = cycle_of(tables).statuses[row.status]
    acts = [
        (transition.event, tables.events[transition.event])
        for transition in cycle_of(tables).open_from(row.status)
        if transition.event not in _ELSEWHERE
        and actor.may(Permission(transition.permission))
        and not lacking(transition, codes)
    ]
    page = render_template(
        "proceedings/detail.html",
        row=row,
        kind=_kind(row),
        facts=[
            (_("Status"), _status(row)),
            (_("Whose turn"), TURNS[place.whose_turn] if not place.terminal else _("Nobody's: it is closed")),
            (_("The other State"), country(row.counterpart)),
            (_("Opened"), day(row.opened_on)),
            (_("Follows"), _link(parent) if parent is not None else _("no request")),
        ],
        acts=acts,
        timeline=[
            {
                "on": entry.happened_on,
                "title": event_title(tables, entry.code),
                "lines": [bdi(_told(name, value, row)) for name, value in entry.detail.items()],
                "acts": Markup('<span class="faint">{}</span>').format(bdi(who)) if who else "",
            }
            for entry, who in reversed(entries)
        ],
    )
    if parent is not None:
        looked_at("case_viewed", parent)
    return page


@bp.route("/<reference>/acts/<code>", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def record_act(reference: str, code: str) -> Any:
    """The permission that counts is the one of the act in the table."""
    session, actor = db(), current_actor()
    row = find_proceeding(session, actor, reference)
    tables = life_cycles()
    if code in _ELSEWHERE or code not in tables.events:
        raise NotVisible("There is no such act.")
    transition = tables.require(cycle_of(tables), row.status, code)
    if not actor.may(Permission(transition.permission)):
        raise NotPermitted(_("This act needs another role."))
    specs = questions(tables, transition, row.kind)
    form = act_form(specs, day_label(transition), ActCodes())(data={"version": str(row.version), "on": today()})
    if form.validate_on_submit():
        try:
            record_in_proceeding(
                office(), session, reference, code, on=form["on"].data, detail=act_detail(form, specs), actor=actor,
                version=seen_version(form["version"]),
            )  # fmt: skip
        except Conflict as problem:
            form.take(problem)
            form["version"].data = str(find_proceeding(session, actor, reference).version)
        except DomainError as problem:
            form.take(problem)
        else:
            told(_("Recorded: %(act)s.", act=event_title(tables, code)))
            return redirect(url_for("proceedings.detail", reference=reference))
    page = render_template(
        "proceedings/act.html", row=find_proceeding(session, actor, reference), form=form, specs=specs,
        label=_(tables.events[code]),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _parent(row: Proceeding) -> Case | None:
    """The request that it follows; who sees the proceeding sees that too."""
    return db().get(Case, row.case_id) if row.case_id is not None else None


def _link(case: Case) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for("cases.detail", reference=case.reference), bdi(case.reference))


def _kind(row: Proceeding) -> str:
    return str(_(life_cycles().proceeding_kinds[row.kind].label))


def _status(row: Proceeding) -> str:
    cycle = cycle_of(life_cycles())
    return outcome_label(cycle, row.outcome) or status_label(cycle, row.status)


def _sign(row: Proceeding) -> str:
    return status_sign(cycle_of(life_cycles()), row.status, row.outcome)


def _told(name: str, value: Any, row: Proceeding) -> str:
    if name == "kind":
        return _kind(row)
    outcomes = cycle_of(life_cycles()).outcomes
    return str(_(outcomes[value].label)) if name == "outcome" and value in outcomes else str(value)
