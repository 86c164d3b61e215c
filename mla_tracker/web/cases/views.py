"""Reading requests: the list and the page of one."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.listing import cases_page
from mla_tracker.cases.next_acts import item_offers, main_offer, offers
from mla_tracker.cases.queries import events_with_names, find_case, loaded_file
from mla_tracker.cases.replay import replay
from mla_tracker.casework.editing import lead_choices
from mla_tracker.deadlines.queries import deadlines_of
from mla_tracker.directory.queries import authority_names
from mla_tracker.instruments.queries import catalogue
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.addresses import chips_of, list_address, read_filter, read_order, without
from mla_tracker.web.cases.deadline_words import shown_deadlines
from mla_tracker.web.cases.exporting import export_list
from mla_tracker.web.cases.figure_cases import narrow_to_figure
from mla_tracker.web.cases.presenting import (
    event_title,
    outcome_label,
    status_label,
    status_sign,
    timeline,
    turn,
)
from mla_tracker.web.context import current_actor, db, looked_at, office, today

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.get("")
@requires(Permission.CASE_READ)
def index() -> Any:
    """Where is the case that…? Filter, order and page stand in the address."""
    filters = narrow_to_figure(db(), current_actor(), read_filter(request.args, today()))
    if (wanted := request.args.get("format")) is not None:
        return export_list(wanted, filters)
    order = read_order(request.args)
    page = cases_page(db(), current_actor(), filters, order=order, today=today(), after=request.args.get("after"))
    tables = life_cycles()
    rows = []
    for row in page.rows:
        cycle = tables.of(row.kind, row.direction)
        rows.append(
            {
                "case": row,
                "url": url_for("cases.detail", reference=row.reference),
                "status": outcome_label(cycle, row.outcome) if row.closed_on else status_label(cycle, row.status),
                "sign": status_sign(cycle, row.status, row.outcome),
                "turn": turn(cycle, row.status, row.direction),
                "ours": cycle.statuses[row.status].whose_turn == "ours" and row.closed_on is None,
                "kind": words.CYCLES[cycle.code],
            }
        )
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in ("after", "order")]
    return render_template(
        "cases/index.html",
        rows=rows,
        page_of_cases=page,
        order=order,
        orders=[(code, label, list_address([*pairs, ("order", code)])) for code, label in words.ORDERS.items()],
        chips=chips_of(request.args, db(), lead_choices(db())),
        words=words,
        today=today(),
        arguments=request.args,
        pairs=pairs,
        first_url=without(request.args, "after"),
        older_url=list_address([*pairs, ("order", order), ("after", page.after)]) if page.after else "",
        exports=[(name, list_address([*pairs, ("order", order), ("format", name)])) for name in ("csv", "xlsx")],
        may_export=current_actor().may(Permission.CASE_EXPORT),
        views=_views(),
    )


def _views() -> list[tuple[str, str, None, bool]]:
    """The views that every office needs; each is an address."""
    here = request.args
    wanted: list[tuple[str, list[tuple[str, Any]]]] = [
        (_("All open"), [("open", 1)]),
        (_("My open"), [("open", 1), ("lead", current_actor().account_id)]),
        (_("Overdue"), [("overdue", 1)]),
        (_("In custody"), [("custody", 1)]),
        (_("No answer since 90 days"), [("no_answer", 90)]),
        (_("Not assigned"), [("open", 1), ("unassigned", 1)]),
        (_("Everything"), []),
    ]
    shown = {(name, value) for name, value in here.items(multi=True) if name not in ("order", "after")}
    return [
        (label, list_address(pairs), None, shown == {(name, str(value)) for name, value in pairs})
        for label, pairs in wanted
    ]


@bp.get("/<case_ref:reference>")
@requires(Permission.CASE_READ)
def detail(reference: str) -> Any:
    """Where does it stand, whose turn is it, what is next and by when?"""
    session, actor = db(), current_actor()
    case = find_case(session, actor, reference, whole=True)
    tables, codes = life_cycles(), catalogue(session)
    cycle = tables.of(case.kind, case.direction)
    events = events_with_names(session, case.id)
    entries = [entry for entry, _recorded, _who in events]
    standing = replay(tables, cycle, case.direction, entries)
    file = loaded_file(case, entries, standing)
    found = offers(tables, cycle, file, actor)
    deadlines = deadlines_of(session, case.id)
    names = authority_names(
        session,
        {case.counterpart_authority_id, case.owner_authority_id, *(item.executing_authority_id for item in case.items)},
    )
    leads = dict(lead_choices(session))
    numbers = {item.id: item.number for item in case.items}
    main = main_offer(found)
    page = render_template(
        "cases/detail.html",
        case=case,
        cycle_words=words.CYCLES[cycle.code],
        status=status_label(cycle, case.status),
        status_sign=status_sign(cycle, case.status, case.outcome),
        outcome=outcome_label(cycle, case.outcome),
        turn=turn(cycle, case.status, case.direction),
        lead=leads.get(case.lead_id) if case.lead_id else None,
        leads=leads,
        items=[
            {
                "item": item,
                "type": codes.assistance_types[item.type_code],
                "authority": names.get(item.executing_authority_id) if item.executing_authority_id else None,
                "status": outcome_label(tables.item, item.outcome) or status_label(tables.item, item.status),
                "sign": status_sign(tables.item, item.status, item.outcome),
                "offers": item_offers(tables, file, item.id, actor),
            }
            for item in case.items
        ],
        main=main,
        moves=[offer for offer in found if offer.moves and not offer.lacking and offer is not main],
        entries_open=[offer for offer in found if not offer.moves and not offer.lacking and offer is not main],
        not_open=[offer for offer in found if offer.moves and offer.lacking],
        deadlines=shown_deadlines(deadlines, case, today()),
        timeline=timeline(
            tables,
            events,
            numbers,
            {code: ground.label for code, ground in codes.grounds.items()},
            office().zone,
            may_correct=actor.may(Permission.REQUEST_CORRECT),
        ),
        names=names,
        codes=codes,
        words=words,
        today=today(),
        may_work=actor.may(Permission.REQUEST_WORK),
        may_restrict=actor.may(Permission.CASE_RESTRICT),
        event_title=lambda code: event_title(tables, code),
    )
    looked_at("case_viewed", case)
    return page

