"""Reading requests: the list and the page of one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.listing import CaseFilter, CasePage, cases_page, words_of
from mla_tracker.cases.matching import Match, similar_names, why_found
from mla_tracker.cases.queries import find_case
from mla_tracker.cases.saved_views import views_of
from mla_tracker.casework.editing import lead_choices
from mla_tracker.directory.queries import authority_names
from mla_tracker.statistics.definitions import NO_RESPONSE_DAYS
from mla_tracker.web.access import requires
from mla_tracker.web.cases import words
from mla_tracker.web.cases.addresses import chips_of, list_address, read_filter, read_order
from mla_tracker.web.cases.choices import state_choices
from mla_tracker.web.cases.exporting import export_list
from mla_tracker.web.cases.figure_cases import hidden_of_figure, narrow_to_figure
from mla_tracker.web.cases.list_rows import COLUMNS, Lines, chosen_columns, keep_columns, table_columns
from mla_tracker.web.cases.page import case_page
from mla_tracker.web.cases.view_address import query_of
from mla_tracker.web.context import current_actor, db, listed, looked_at, now, today
from mla_tracker.web.extensions import limiter
from mla_tracker.web.local_address import local

bp = Blueprint("cases", __name__, url_prefix="/cases")


def _who_asks() -> str:
    return f"lists {current_actor().account_id}"


def _asks_for_file() -> bool:
    return "format" in request.args


@bp.get("")
@limiter.limit("120 per minute", key_func=_who_asks)
@limiter.limit("10 per minute", key_func=_who_asks, exempt_when=lambda: not _asks_for_file())
@requires(Permission.CASE_READ)
def index() -> Any:
    """Where is the case that…? Filter, order and page stand in the address."""
    session, actor, here = db(), current_actor(), request.args
    filters = narrow_to_figure(session, actor, read_filter(here, today()))
    if (wanted := here.get("format")) is not None:
        return export_list(wanted, filters)
    order = read_order(here)
    page = cases_page(session, actor, filters, order=order, today=today(), now=now(), after=here.get("after"))
    if filters.words and not page.rows and not here.get("after"):
        filters = replace(filters, similar=True)
        page = cases_page(session, actor, filters, order=order, today=today(), now=now(), after=None)
    selectable = actor.may(Permission.REQUEST_WORK)
    chosen, kept = chosen_columns(), views_of(session, actor)
    lines, matches = Lines(today(), now(), chosen), _matches(filters, page)
    pairs = [(name, value) for name, value in here.items(multi=True) if name not in ("after", "order") and value]
    more = page.total is None
    shown = render_template(
        "cases/index.html",
        lines=[lines.line(row, matches.get(row.id, ())) for row in page.rows],
        shown=chosen,
        places={name: place for name, (_label, place, _width) in COLUMNS.items()},
        head=table_columns(chosen, selectable=selectable),
        selectable=selectable,
        acts_together=_acts_together(),
        total=page.total or 0,
        all_columns=[(name, label) for name, (label, _place, _width) in COLUMNS.items()],
        similar=filters.similar,
        order=order,
        chips=chips_of(here, dict(lead_choices(session)), authority_names(session, [filters.executing_authority_id])),
        states=state_choices(session),
        count_words=_("more than 1,000 requests")
        if more
        else ngettext("%(num)d request", "%(num)d requests", page.total or 0),
        hidden_words=_hidden_words(hidden_of_figure(session, actor, filters)),
        keep={name: value for name, value in pairs if name != "q"},
        kept_by_filters={
            name: value for name, value in pairs if name not in ("kind", "direction", "state", "urgency", "order")
        },
        words=words,
        today=today(),
        arguments=here,
        first_url=url_for("cases.index"),
        newer_url=list_address([*pairs, ("order", order)]) if here.get("after") else "",
        older_url=list_address([*pairs, ("order", order), ("after", page.after)]) if page.after else "",
        exports=[(name, list_address([*pairs, ("order", order), ("format", name)])) for name in ("csv", "xlsx")],
        may_export=actor.may(Permission.CASE_EXPORT),
        views=_views(kept),
        own_views=[view for view in kept if view.owner_id == actor.account_id],
        query=query_of(request.query_string.decode(errors="replace")),
    )
    listed([row.id for row in page.rows if row.confidentiality == "restricted"])
    return shown


def _acts_together() -> list[tuple[Any, str, str]]:
    """What can be done with the ticked rows; `a` on the keyboard presses the first."""
    acts = [(_("Assign"), "do", "assign"), (_("Set urgency"), "do", "urgency"), (_("Tag"), "do", "tag")]
    return [*acts, (_("Export"), "do", "export")] if current_actor().may(Permission.CASE_EXPORT) else acts


def _hidden_words(hidden: int) -> str:
    if not hidden:
        return ""
    return str(
        ngettext("%(num)d request of it is not open to you", "%(num)d requests of it are not open to you", hidden)
    )


def _matches(filters: CaseFilter, page: CasePage) -> Mapping[int, Sequence[Match]]:
    """Why each request was found, where words were looked for."""
    if not filters.words or not page.rows:
        return {}
    ids = [row.id for row in page.rows]
    if filters.similar:
        return similar_names(db(), ids, filters.words)
    return why_found(db(), ids, words_of(filters.words))


@bp.post("/columns")
@requires(Permission.CASE_READ)
def columns() -> Any:
    """The columns of the list, remembered in this browser."""
    response = redirect(local(request.form.get("next", "")), 303)
    keep_columns(response, request.form.getlist("column"))
    return response


def _views(kept: Sequence[Any]) -> list[tuple[str, str, None, bool]]:
    """The views that every office needs, then those that were kept; each is an address."""
    here = request.args
    wanted: list[tuple[str, list[tuple[str, Any]]]] = [
        (_("All open"), [("open", 1)]),
        (_("My open"), [("open", 1), ("lead", current_actor().account_id)]),
        (_("Overdue"), [("overdue", 1)]),
        (_("In custody"), [("custody", 1)]),
        (_("No response"), [("no_answer", NO_RESPONSE_DAYS)]),
        (_("Not assigned"), [("open", 1), ("unassigned", 1)]),
        (_("Everything"), []),
    ]
    wanted += [(view.name, parse_qsl(view.query)) for view in kept]
    shown = {(name, value) for name, value in here.items(multi=True) if name not in ("order", "after")}
    return [
        (label, list_address(pairs), None, shown == {(name, str(value)) for name, value in pairs})
        for label, pairs in wanted
    ]


@bp.get("/<case_ref:reference>")
@requires(Permission.CASE_READ)
def detail(reference: str) -> Any:
    """Where does it stand, whose turn is it, what is next and by when?"""
    case = find_case(db(), current_actor(), reference, whole=True)
    page = render_template("cases/detail.html", **case_page(case))
    looked_at("case_viewed", case)
    return page
