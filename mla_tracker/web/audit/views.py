"""`/audit`: who did what to the office and to requests, who saw what, and whether the trail holds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import BigInteger, cast, or_, select
from werkzeug.datastructures import MultiDict

from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import account_names, people
from mla_tracker.accounts.visibility import visible
from mla_tracker.audit.models import AccessEntry
from mla_tracker.audit.queries import (
    TrailFilter,
    access_entries,
    administration_codes,
    administration_entries,
    administration_entry,
)
from mla_tracker.cases.file_events import FILE_EVENTS
from mla_tracker.cases.life_cycle import life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.trail import case_entries
from mla_tracker.casework.trail_check import last_trail_check
from mla_tracker.web.access import requires
from mla_tracker.web.audit import words
from mla_tracker.web.cases.presenting import event_title
from mla_tracker.web.context import current_actor, db, office, services
from mla_tracker.web.filters import day
from mla_tracker.web.flashes import refused, told

bp = Blueprint("audit", __name__, url_prefix="/audit")

_FILTERS = ("code", "person", "from", "to")


@bp.get("")
@requires(Permission.AUDIT_READ)
def index() -> Any:
    """What was done to the office; what was done to a request stands on its own page."""
    wanted = _filter(request.args)
    lines, after = administration_entries(db(), wanted)
    codes = administration_codes(db())
    return render_template(
        "audit/index.html",
        lines=[(line, words.act_words(line.code), _brief(line.detail)) for line in lines],
        check=last_trail_check(db()),
        reasons=words.REASONS,
        chain_words=words.chain_words,
        codes=sorted(((code, words.act_words(code)) for code in codes), key=lambda pair: pair[1]),
        **_around("audit.index", after),
    )


@bp.get("/requests")
@requires(Permission.AUDIT_READ)
def requests() -> Any:
    """What was done to which request, in the order of recording. One that the reader may not see is not there."""
    reference = request.args.get("reference", "").strip()
    lines, after = case_entries(db(), current_actor(), _filter(request.args), reference.upper())
    tables = life_cycles()
    titles = {code: event_title(tables, code) for code in (*tables.events, *FILE_EVENTS)}
    return render_template(
        "audit/requests.html",
        lines=[(line, titles.get(line.code, line.code)) for line in lines],
        wanted=reference,
        codes=sorted(titles.items(), key=lambda pair: pair[1]),
        **_around("audit.requests", after, ("reference",), titles),
    )


@bp.get("/access")
@requires(Permission.AUDIT_READ)
def access() -> Any:
    """Who looked at what. A request that the reader may not see is not there."""
    actor = current_actor()
    seen = or_(AccessEntry.case_id.is_(None), visible(actor, cast(AccessEntry.case_id, BigInteger)))
    reference = request.args.get("reference", "").strip()
    case_id = None
    if reference:
        found = select(Case.id).where(Case.reference == reference.upper(), visible(actor, Case.id))
        case_id = db().scalar(found) or -1
    lines, after = access_entries(db(), _filter(request.args), seen, case_id)
    numbers = {line.case_id for line in lines if line.case_id is not None}
    rows = db().execute(select(Case.id, Case.reference).where(Case.id.in_(numbers), visible(actor, Case.id)))
    return render_template(
        "audit/access.html",
        lines=[(line, words.act_words(line.code)) for line in lines],
        references={row.id: row.reference for row in rows},
        wanted=reference,
        codes=list(words.LOOKS.items()),
        **_around("audit.access", after, ("reference",)),
    )


@bp.get("/<int:seq>")
@requires(Permission.AUDIT_READ)
def entry(seq: int) -> Any:
    """One entry with all its detail and what seals it."""
    found = administration_entry(db(), seq)
    return render_template(
        "audit/entry.html",
        line=found.line,
        act=words.act_words(found.line.code),
        who=account_names(db()).get(found.line.actor_id, _("The product itself")),
        facts=_facts(found.line.detail or {}),
        digest=found.digest,
        mac=found.mac,
    )


@bp.post("/verify")
@requires(Permission.AUDIT_READ)
def verify() -> Any:
    """Ask the worker to walk the whole trail now."""
    if services().jobs.send("audit.verify"):
        told(_("The trail is being walked. The result stands here in a moment: open the page again."))
    else:
        refused(_("The worker could not be reached. It walks the trail once a day by itself."))
    return redirect(url_for("audit.index"))


def _filter(here: MultiDict[str, str]) -> TrailFilter:
    """The filter of the address; what makes no sense is left out."""
    person, before = here.get("person", ""), here.get("before", "")
    until = _day(here.get("to"))
    return TrailFilter(
        code=here.get("code", ""),
        actor_id=int(person) if person.isdecimal() and len(person) < 19 else None,
        since=_start(_day(here.get("from"))),
        until=_start(until + timedelta(days=1)) if until is not None and until < date.max else None,
        before=int(before) if before.isdecimal() and len(before) < 10 else None,
    )


def _day(text: str | None) -> date | None:
    """The day of the address; before the first year that has a moment in every zone there is none."""
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and date.min.year < found.year else None


def _start(on: date | None) -> datetime | None:
    """The moment at which a day of the office begins."""
    return None if on is None else datetime.combine(on, time(), office().zone).astimezone(UTC)


def _around(
    endpoint: str, after: int | None, more: tuple[str, ...] = (), titles: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What stands around both lists: people, chips, the next page."""
    kept: dict[str, Any] = {name: request.args[name] for name in (*_FILTERS, *more) if request.args.get(name)}
    names = account_names(db())

    def words_of(name: str, value: str) -> str:
        if name == "code":
            return (titles or {}).get(value) or words.act_words(value)
        if name == "person":
            return names.get(int(value) if value.isdecimal() else None, value)
        found = _day(value)
        return day(found) if found else value

    labels = {
        "code": _("Act"),
        "person": _("Person"),
        "from": _("From"),
        "to": _("To"),
        "reference": _("Request"),
    }
    return {
        "names": names,
        "people": [(row.id, row.name) for row in people(db())],
        "arguments": request.args,
        "here": url_for(endpoint),
        "chips": [
            (
                labels[name],
                words_of(name, value),
                url_for(endpoint, **{key: kept[key] for key in kept if key != name}),
            )
            for name, value in kept.items()
        ],
        "older": url_for(endpoint, before=after, **kept) if after is not None else "",
        "newer": url_for(endpoint, **kept) if request.args.get("before") else "",
    }


def _brief(detail: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The plain values of a detail, for one line; what is nested stands on the entry's own page."""
    return [
        (str(words.KEYS.get(key, key)), str(value))
        for key, value in (detail or {}).items()
        if not isinstance(value, (dict, list)) and value not in (None, "")
    ]


def _facts(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every value of a detail, nested ones with the names that lead to them."""
    facts: list[tuple[str, str]] = []
    for key, value in detail.items():
        name = str(words.KEYS.get(key, key))
        if isinstance(value, Mapping):
            facts += [(f"{name}: {inner}", text) for inner, text in _facts(value)]
        elif isinstance(value, list):
            facts.append((name, ", ".join(str(part) for part in value)))
        elif value is not None:
            facts.append((name, str(value)))
    return facts
