"""Recording an act of the life cycle: one form for all of them, made from what the act needs."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.facts import FieldKind, FieldSpec, day_label, fields_asked, lacking
from mla_tracker.cases.file_entries import FILE_ENTRIES
from mla_tracker.cases.life_cycle import Transition, TransitionNotAllowed, life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.next_acts import GRAVE, offers
from mla_tracker.cases.projection import Wanted, steps
from mla_tracker.cases.queries import entries_of, find_case, loaded_file
from mla_tracker.cases.recording import Given
from mla_tracker.cases.replay import Entry, replay
from mla_tracker.casework.act import act
from mla_tracker.casework.recording import record
from mla_tracker.core.errors import Conflict, DomainError, NotPermitted, NotVisible
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.queries import catalogue
from mla_tracker.web.access import requires
from mla_tracker.web.cases.completeness import contents, of_case
from mla_tracker.web.cases.custody_block import person_sought
from mla_tracker.web.cases.forms import ActCodes, act_detail, act_form, act_moment
from mla_tracker.web.cases.grounds import (
    accepted_bases,
    barred_lines,
    duty_lines,
    ground_choices,
    ground_line,
    refusal_to_confirm,
)
from mla_tracker.web.cases.lacking import lacking_links
from mla_tracker.web.cases.presenting import event_title, status_label
from mla_tracker.web.cases.rounds import round_choices
from mla_tracker.web.cases.views import bp
from mla_tracker.web.context import current_actor, db, office, today
from mla_tracker.web.filters import bdi, day
from mla_tracker.web.flashes import told as flash_told
from mla_tracker.web.forms import seen_version


@bp.route("/<case_ref:reference>/acts/<code>", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def record_act(reference: str, code: str) -> Any:
    """The permission that counts is the one of the act in the life cycle; the table of acts names it."""
    session, actor = db(), current_actor()
    case = find_case(session, actor, reference, whole=True)
    item_id = request.values.get("item", type=int)
    try:
        row, blocked = _row(case, code, item_id)
    except TransitionNotAllowed as problem:
        return _moved_on(case, code, item_id, problem), 422
    if not actor.may(Permission(row.permission)):
        raise NotPermitted(_("This act needs another role."))
    codes = catalogue(session)
    choices = _codes(case, codes, code)
    specs = [spec for spec in fields_asked(row) if spec.kind is not FieldKind.ROUND or len(choices.rounds) > 1]
    given_first = _known_answers(case, specs) | {
        "version": str(case.version),
        "on": today(),
        "round": request.args.get("round", ""),
    }
    form = act_form(specs, day_label(row), choices)(data=given_first)
    if form.validate_on_submit():
        on, at = act_moment(form, office().zone)
        given = Given(code, on, at, item_id, act_detail(form, specs))
        try:
            with act(office(), session, case.id, actor=actor, version=seen_version(form["version"])) as opened:
                record(opened, given)
        except Conflict as problem:
            form.take(problem)
            form["version"].data = str(find_case(session, actor, reference).version)
        except DomainError as problem:
            form.take(problem)
        else:
            flash_told(_("Recorded: %(act)s.", act=event_title(life_cycles(), code)))
            return redirect(url_for("cases.detail", reference=reference))
        case = find_case(session, actor, reference, whole=True)
    entries = entries_of(session, case.id)
    page = render_template(
        "cases/act.html",
        case=case,
        form=form,
        specs=specs,
        blocked_words=lacking_links(blocked, case, _possible(case, entries)),
        act_facts=_act_facts(case, row, code, item_id, codes),
        label=_(life_cycles().events[code]) if code in life_cycles().events else event_title(life_cycles(), code),
        grave=code in GRAVE,
        blocked=blocked,
        barred=barred_lines(case, codes, code),
        owed=duty_lines(case, codes, code, entries),
        contents=contents(of_case(case), codes) if "CONTENTS_CHECKED" in row.needs else [],
        confirmed=_confirmed(refusal_to_confirm(code, item_id, entries), case, codes),
    )
    return page, 422 if form.errors else 200


def _moved_on(case: Case, code: str, item_id: int | None, problem: TransitionNotAllowed) -> str:
    """The request moved on while the form was open: why the act is not possible any more, and what was typed."""
    tables = life_cycles()
    cycle = tables.item if item_id is not None else tables.of(case.kind, case.direction)
    row = next((row for row in cycle.transitions if row.event == code), None)
    specs = fields_asked(row) if row is not None else ()
    typed = [(spec.label, text) for spec in specs if (text := request.form.get(spec.name, "").strip())]
    return render_template(
        "cases/moved_on.html", case=case, label=event_title(tables, code), problem=problem.message, typed=typed
    )


def _possible(case: Case, entries: Sequence[Entry]) -> set[str]:
    """The acts that the reader can record on the case now."""
    tables = life_cycles()
    cycle = tables.of(case.kind, case.direction)
    file = loaded_file(case, entries, replay(tables, cycle, case.direction, entries))
    return {offer.code for offer in offers(tables, cycle, file, current_actor()) if not offer.lacking}


def _confirmed(refusal: Wanted | None, case: Case, codes: Catalogue) -> list[tuple[Any, Any]]:
    """What the second person approves, or what the other State is told: grounds, reasons, duties not done."""
    if refusal is None:
        return []
    bases = accepted_bases(case)
    lines = [ground_line(codes.grounds[code], bases) for code in refusal["grounds"] if codes.grounds.get(code)]
    grounds = Markup("<br>").join(bdi(line) for line in lines)
    return [
        (_("Proposed"), day(refusal["proposed_on"])),
        (_("Grounds"), grounds),
        (_("Reasons"), refusal["reasons"]),
        (_("No consultation"), refusal["no_consultation_reason"]),
        (_("Approved"), day(refusal["approved_on"]) if refusal["approved_on"] else ""),
    ]


def _known_answers(case: Case, specs: Sequence[FieldSpec]) -> dict[str, Any]:
    """What the file answers by itself, to be confirmed: the days in custody (ECE 18(3))."""
    if not any(spec.name == "days_in_custody" for spec in specs):
        return {}
    tables = life_cycles()
    cycle = tables.of(case.kind, case.direction)
    found = steps(tables, cycle, case.direction, entries_of(db(), case.id))
    return {"days_in_custody": person_sought(cycle, found).days_held(today())}


def _row(case: Case, code: str, item_id: int | None) -> tuple[Transition, list[str]]:
    """The row of the table that permits the act now, and what it lacks on the file; 404 where there is none."""
    tables = life_cycles()
    cycle = tables.item if item_id is not None else tables.of(case.kind, case.direction)
    entries = entries_of(db(), case.id)
    standing = replay(tables, tables.of(case.kind, case.direction), case.direction, entries)
    if item_id is not None and item_id not in standing.items:
        raise NotVisible("There is no such item.")
    place = standing.items[item_id] if item_id is not None else standing.place
    if code in FILE_ENTRIES and item_id is None:
        return FILE_ENTRIES[code], []
    if code not in tables.events or code == "corrected":
        raise NotVisible("There is no such act.")
    row = tables.require(cycle, place.status, code, case.direction)
    file = loaded_file(case, entries, standing)
    return row, lacking(row, file)


def _act_facts(case: Case, row: Transition, code: str, item_id: int | None, codes: Catalogue) -> list[tuple[Any, Any]]:
    """What the side of the form says of the act: where it stands, where it leads, on which article it rests."""
    tables = life_cycles()
    cycle = tables.item if item_id is not None else tables.of(case.kind, case.direction)
    item = next((item for item in case.items if item.id == item_id), None)
    lines: list[tuple[Any, Any]] = []
    if item is not None:
        kind = codes.assistance_types[item.type_code]
        lines.append((_("Item"), Markup("{}. {}").format(item.number, bdi(item.description or _(kind.label)))))
    lines.append((_("Now"), status_label(cycle, item.status if item is not None else case.status)))
    if row.to in cycle.statuses:
        lines.append((_("Leads to"), _(cycle.statuses[row.to].label)))
    if row.article != "House":
        mark = _(" (not checked against the text)") if tables.is_unchecked(row.article) else ""
        lines.append((_("Source"), Markup("{}{}").format(bdi(row.article), mark)))
    if code in GRAVE:
        lines.append((_("Note"), _("It can be corrected later, with a reason; it cannot be erased.")))
    return lines


def _codes(case: Case, codes: Catalogue, act_code: str) -> ActCodes:
    """The grounds of the accepted bases (all of the kind where the other State chooses them), deficiencies, bases."""
    accepted = accepted_bases(case)
    tables = life_cycles()
    found = steps(tables, tables.of(case.kind, case.direction), case.direction, entries_of(db(), case.id))
    return ActCodes(
        rounds=round_choices(act_code, case, found),
        grounds=ground_choices(case, codes, act_code),
        postponement_grounds=[
            (ground.code, ground_line(ground, accepted)) for ground in codes.postponement_grounds(accepted, case.kind)
        ],
        deficiencies=[(ground.code, ground.label) for ground in codes.deficiencies(case.kind)],
        bases=[
            (basis.basis_code, codes.legal_bases[basis.basis_code].label)
            for basis in case.bases
            if basis.basis_code in codes.legal_bases
        ],
    )
