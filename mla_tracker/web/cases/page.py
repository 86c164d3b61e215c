"""Everything that the page of a request shows, read in a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.file_entries import FILE_ENTRIES
from mla_tracker.cases.life_cycle import LifeCycle, life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.next_acts import Offer, item_offers, main_offer, offers
from mla_tracker.cases.projection import steps
from mla_tracker.cases.queries import events_with_names, loaded_file
from mla_tracker.cases.replay import Entry, effective, replay
from mla_tracker.cases.work_queries import CaseWork, work_of
from mla_tracker.deadlines.queries import deadlines_of
from mla_tracker.decisions.queries import refusals_of
from mla_tracker.directory.queries import authority_names
from mla_tracker.documents.queries import documents_of, hold_on
from mla_tracker.instruments.catalogue import Catalogue
from mla_tracker.instruments.queries import catalogue
from mla_tracker.proceedings.queries import proceedings_of
from mla_tracker.reminders.queries import notices_of
from mla_tracker.web.cases import words
from mla_tracker.web.cases.cautions import cautions
from mla_tracker.web.cases.completeness import contents, of_case
from mla_tracker.web.cases.custody import shown_clocks
from mla_tracker.web.cases.custody_block import custody_facts
from mla_tracker.web.cases.deadline_words import ShownDeadline, shown_deadlines
from mla_tracker.web.cases.explaining import Told
from mla_tracker.web.cases.lacking import lacking_links
from mla_tracker.web.cases.linked import linked_requests
from mla_tracker.web.cases.presenting import outcome_label, status_label, status_sign, timeline, timeline_lines, turn
from mla_tracker.web.cases.presenting import told as in_a_noun
from mla_tracker.web.cases.rounds import shown_rounds
from mla_tracker.web.context import current_actor, db, now, office, services, today
from mla_tracker.web.directory.words import CHANNELS
from mla_tracker.web.documents.presenting import document_lines
from mla_tracker.web.filters import bdi, country, day, joined, language, weekday_day
from mla_tracker.web.reminders.words import REASONS as NOTICE_REASONS
from mla_tracker.web.reminders.words import STATES as NOTICE_STATES
from mla_tracker.web.reminders.words import WHY as NOTICE_WHY
from mla_tracker.web.reminders.words import rung_words
from mla_tracker.web.statistics.forecast import forecast

CONTENTS_SHOWN: Final = frozenset(
    {"received", "under_review", "awaiting_information", "drafting", "draft_consultation", "awaiting_approval"}
    | {"approved", "preparing", "papers_due"}
)
"""The statuses in which the page of a request shows what its contents lack: before it is decided, or sent."""


def case_page(case: Case) -> dict[str, Any]:
    """The values of `cases/detail.html`."""
    session, actor, tables = db(), current_actor(), life_cycles()
    codes, cycle = catalogue(session), tables.of(case.kind, case.direction)
    events = events_with_names(session, case.id)
    entries = [entry for entry, _recorded, _who in events]
    standing = replay(tables, cycle, case.direction, entries)
    file = loaded_file(case, entries, standing)
    found = offers(tables, cycle, file, actor)
    main = main_offer(found)
    names = authority_names(
        session,
        {case.counterpart_authority_id, case.owner_authority_id, *(item.executing_authority_id for item in case.items)},
    )
    deadlines = shown_deadlines(deadlines_of(session, case.id), case, today(), now(), _told(events, codes))
    work = work_of(session, actor, case.id)
    refused = refusals_of(session, case.id)
    refusals = [_refusal(row, case, codes) for row in refused]
    notices = [_notice(line) for line in notices_of(session, actor, case.id)[:20]]
    scanner = services().malware_scanner
    documents = document_lines(documents_of(session, actor, case.id), case.reference, scanner=scanner)
    told = timeline(
        tables,
        events,
        {item.id: item.number for item in case.items},
        {code: ground.label for code, ground in codes.grounds.items()},
        office().zone,
        may_correct=actor.may(Permission.REQUEST_CORRECT),
    )
    running = [shown for shown in deadlines if shown.running]
    first = min(
        (shown for shown in running if shown.watched), key=lambda shown: shown.row.due_on or date.max, default=None
    )
    not_open = [offer for offer in found if offer.moves and offer.lacking]
    more_entries = list(FILE_ENTRIES) if actor.may(Permission.REQUEST_WORK) else []
    possible = {*(offer.code for offer in found if not offer.lacking), *more_entries}
    found_steps = steps(tables, cycle, case.direction, entries)
    rounds = shown_rounds(case, found_steps, possible)
    return {
        "case": case,
        "cycle_words": words.CYCLES[cycle.code],
        "standing_facts": _standing(case, cycle, first),
        "main": main,
        "moves": [offer for offer in found if offer is not main and not offer.lacking and _stands_out(offer)],
        "entries_open": [
            offer for offer in found if offer is not main and not offer.lacking and not _stands_out(offer)
        ],
        "more_entries": [(code, words.FILE_EVENTS[code]) for code in more_entries],
        "rounds": rounds,
        "contents": contents(of_case(case), codes) if case.status in CONTENTS_SHOWN else [],
        "cautions": cautions(session, case, codes),
        "linked": linked_requests(session, actor, case, entries),
        "supplement_url": url_for("cases.new", kind=case.kind, direction=case.direction, supplement=case.reference)
        if actor.may(Permission.REQUEST_REGISTER)
        else "",
        "correct_url": _correct_url(case, refused, codes) if actor.may(Permission.REQUEST_REGISTER) else "",
        "custody_facts": custody_facts(case, cycle, found_steps) if case.kind == "extradition" else [],
        "proceedings": proceedings_of(session, case.id),
        "not_open": not_open,
        "not_open_words": [_not_open(offer, case, possible) for offer in not_open],
        "custody": shown_clocks(_custody_rows(case, deadlines)),
        "forecast": forecast(session, actor, case, today()),
        "first_deadline": first,
        "deadlines": deadlines,
        "paused": _paused(entries),
        "clocks": [_gauge(shown) for shown in running if shown is not first and not shown.custody][:6],
        "items": [
            {
                "item": item,
                "type": codes.assistance_types[item.type_code],
                "authority": names.get(item.executing_authority_id) if item.executing_authority_id else None,
                "status": outcome_label(tables.item, item.outcome) or status_label(tables.item, item.status),
                "sign": status_sign(tables.item, item.status, item.outcome),
                "offers": item_offers(tables, file, item.id, actor),
                "grounds": [
                    ground
                    for row, shown in zip(refused, refusals, strict=True)
                    if row.item_id == item.id and not row.sent_back_on
                    for ground in shown["grounds"]
                ],
            }
            for item in case.items
        ],
        "timeline": timeline_lines(told, deadlines, case, today()),
        "refusals": refusals,
        "documents": documents,
        "hold": hold_on(session, actor, case.id),
        "notices": notices,
        "particulars_facts": _particulars(case, names),
        "basis_facts": _bases(case, codes),
        "offences": [_offence(row.offence_code, codes) for row in case.offences],
        "sections": _sections(case, told, deadlines, work, rounds, refusals, documents, notices),
        "work": work,
        "noun": in_a_noun,
        "words": words,
        "today": today(),
        "now": now(),
        "may_work": actor.may(Permission.REQUEST_WORK),
        "may_approve": actor.may(Permission.REQUEST_APPROVE),
        "may_restrict": actor.may(Permission.CASE_RESTRICT),
        "may_export": actor.may(Permission.CASE_EXPORT),
    }


def _paused(entries: Sequence[Entry]) -> bool:
    """Whether a pause of our own clocks is open."""
    last = [entry.code for entry in effective(entries) if entry.code in ("pause_opened", "pause_closed")]
    return last[-1:] == ["pause_opened"]


def _told(events: Sequence[Any], codes: Catalogue) -> Told:
    return Told({entry.actor_id: who for entry, _at, who in events if entry.actor_id is not None}, codes.delay_reasons)


def _standing(case: Case, cycle: LifeCycle, first: ShownDeadline | None) -> list[dict[str, Any]]:
    ended = outcome_label(cycle, case.outcome)
    done = sum(1 for item in case.items if item.outcome is not None)
    since = _("since %(day)s", day=day(case.status_since))
    counted = (
        ngettext(
            "%(done)s of %(num)d item has an end", "%(done)s of %(num)d items have an end", len(case.items), done=done
        )
        if case.items
        else ""
    )
    status = status_label(cycle, case.status)
    life = Markup('<a href="{}">{}</a>').format(url_for("cases.course", reference=case.reference), _("life cycle"))
    lead = case.lead.name if case.lead else None
    lead_url = url_for("cases.lead", reference=case.reference)
    change = Markup('<a href="{}" data-assign>{}</a>').format(lead_url, _("change"))
    facts = [
        {
            "key": "status",
            "label": _("Status"),
            "value": ended if case.closed_on and ended else status,
            "note": Markup(", ").join(
                part for part in (status if case.closed_on and ended else "", counted, since, life) if part
            ),
        },
        {
            "key": "turn",
            "label": _("Whose turn"),
            "value": turn(cycle, case.status, case.direction) or _("Nobody's: it is closed"),
            "note": "",
        },
    ]
    if first is not None and first.row.due_on is not None:
        facts.append(
            {
                "key": "next",
                "label": _("Next deadline"),
                "value": weekday_day(first.row.due_on),
                "due_on": first.row.due_on,
                "due_at": first.row.due_at,
                "today": today(),
                "now": now(),
                "note": bdi(first.row.label),
            }
        )
    else:
        facts.append({"key": "next", "label": _("Next deadline"), "value": _("None runs"), "note": ""})
    may_assign = current_actor().may(Permission.REQUEST_WORK)
    facts.append(
        {
            "key": "lead",
            "label": _("Lead"),
            "value": bdi(lead) if lead else _("Not assigned"),
            "note": change if may_assign else "",
        }
    )
    return facts


def _correct_url(case: Case, refused: Sequence[Any], codes: Catalogue) -> str:
    """Where a corrected request is sent in its place: a request of ours that was returned, or refused on a ground that
    can be cured, or on none that was named.
    """
    if case.status != "reply_under_study":
        return ""
    of_others = [row for row in refused if row.given_by == "other_state"]
    named = [codes.grounds[ground.ground_code] for row in of_others[:1] for ground in row.grounds]
    if named and not any(ground.curable for ground in named):
        return ""
    return url_for("cases.new", kind=case.kind, direction=case.direction, corrects=case.reference)


def _stands_out(offer: Offer) -> bool:
    """Acts that move the case on stand beside the main one, and so does refusing; the rest is one click away."""
    return offer.moves and (not offer.grave or offer.code in ("refusal_proposed", "court_refused"))


def _not_open(offer: Offer, case: Case, possible: Collection[str]) -> tuple[str, Any, str]:
    article = "" if offer.transition.article == "House" else offer.transition.article
    before, after = _("is not open yet. Lacking: %(what)s.", what="\0").split("\0")
    lacking = Markup("{}{}{}").format(before, lacking_links(offer.lacking, case, possible), after)
    return _(offer.label), lacking, article


def _custody_rows(case: Case, deadlines: Sequence[ShownDeadline]) -> list[Any]:
    class Row:
        def __init__(self, shown: ShownDeadline) -> None:
            self.due_at, self.due_on = shown.row.due_at, shown.row.due_on
            self.started_at, self.started_on = shown.row.started_at, shown.row.started_on
            self.label, self.source = shown.row.label, shown.row.source
            self.check_mark = shown.row.check_mark
            self.reference, self.subject = case.reference, case.subject

    return [Row(shown) for shown in deadlines if shown.running and shown.custody]


def _gauge(shown: ShownDeadline) -> dict[str, Any]:
    row = shown.row
    whole = (row.due_on - row.started_on).days if row.due_on else 0
    return {
        "label": row.label,
        "due_on": row.due_on,
        "today": today(),
        "used": max(0.0, min(1.0, (today() - row.started_on).days / whole)) if whole > 0 else 1.0,
        "note": _("ours") if shown.ours else _("theirs to do"),
    }


def _particulars(case: Case, names: Mapping[int, str]) -> list[tuple[Any, Any]]:
    lines: list[tuple[Any, Any]] = [
        (_("Received"), day(case.received_on))
        if case.direction == "incoming"
        else (_("Asked on"), day(case.opened_on)),
        (_("Sent"), day(case.sent_on)) if case.sent_on else ("", ""),
        (_("Channel"), CHANNELS.get(case.channel or "", "")),
        (_("Its authority"), names.get(case.counterpart_authority_id or 0, "")),
        (_("Body that asks"), names.get(case.owner_authority_id or 0, "")),
        (_("Nature"), words.NATURES.get(case.nature or "", "")),
        (_("Wanted for"), words.WANTED_FOR.get(case.wanted_for or "", "")),
        (_("Languages"), joined([language(code) for code in case.languages]) if case.languages else ""),
        (
            _("Urgency"),
            _with_reason(words.URGENCIES[case.urgency], case.urgency_reason) if case.urgency != "routine" else "",
        ),
        (_("Needed by"), _with_reason(weekday_day(case.needed_by), case.needed_by_reason) if case.needed_by else ""),
        (_("Hearing"), weekday_day(case.hearing_on) if case.hearing_on else ""),
        (_("Time-barred"), weekday_day(case.limitation_on) if case.limitation_on else ""),
        (_("Purpose"), bdi(case.purpose)),
        (_("Operation"), bdi(case.operation)),
        (
            _("Confidentiality"),
            _with_reason(words.CONFIDENTIALITIES[case.confidentiality], case.confidentiality_reason)
            if case.confidentiality and case.confidentiality != "ordinary"
            else "",
        ),
        (_("Taken over"), _("from an earlier register") if case.taken_over else ""),
        (_("Number there"), bdi(case.former_reference)),
    ]
    return [(label, value) for label, value in lines if value]


def _with_reason(value: Any, reason: str) -> Markup:
    return Markup("{}<br>{}").format(value, bdi(reason)) if reason else Markup("{}").format(value)


def _bases(case: Case, codes: Catalogue) -> list[tuple[Any, Any]]:
    """Each basis with what became of it: asserted and accepted are two questions."""
    if not case.bases:
        return [(_("None"), _("No legal basis was named") if case.no_basis_named else _("Not recorded"))]
    states = {True: _("accepted"), False: _("not accepted"), None: _("asserted, not yet accepted")}
    return [
        (
            Markup("{}").format(bdi(basis.basis_code)),
            Markup("{}<br>{}").format(
                bdi(codes.legal_bases[basis.basis_code].label) if basis.basis_code in codes.legal_bases else "",
                states[basis.accepted],
            ),
        )
        for basis in case.bases
    ]


def _offence(code: str, codes: Catalogue) -> str:
    offence = codes.offences[code]
    return f"{offence.instrument} {offence.article} · {_(offence.label)}" if offence.instrument else _(offence.label)


def _refusal(row: Any, case: Case, codes: Catalogue) -> dict[str, Any]:
    number = next((item.number for item in case.items if item.id == row.item_id), None)
    by = {"us": _("By us"), "court": _("By a court"), "other_state": _("By %(state)s", state=country(case.counterpart))}
    if row.sent_back_on:
        state = _("sent back on %(day)s: nothing was refused", day=day(row.sent_back_on))
    elif row.communicated_on:
        state = _("told on %(day)s", day=day(row.communicated_on))
    elif row.approved_on:
        state = _("approved on %(day)s, to be told", day=day(row.approved_on))
    else:
        state = _("proposed on %(day)s", day=day(row.proposed_on))
    what = _("item %(number)s", number=number) if number else _("the request")
    return {
        "heading": _("%(by)s: %(what)s", by=by[row.given_by], what=what),
        "state": state,
        "grounds": [
            f"{codes.grounds[ground.ground_code].label} · {codes.grounds[ground.ground_code].sources[0]}"
            if ground.ground_code in codes.grounds
            else ground.ground_code
            for ground in row.grounds
        ],
        "reasons": row.reasons if row.reasons_recorded else _("The reasons were not recorded in the earlier register."),
    }


def _notice(line: Any) -> dict[str, Any]:
    return {
        "at": line.sent_at or line.due_at,
        "to": line.recipient or "",
        "why": NOTICE_WHY.get(line.why, ""),
        "what": Markup("{} · {}").format(bdi(line.label), rung_words(line.rung))
        if line.label
        else rung_words(line.rung),
        "state": NOTICE_STATES[line.state],
        "reason": NOTICE_REASONS.get(line.reason or "", ""),
    }


def _sections(
    case: Case,
    told: Sequence[Any],
    deadlines: Sequence[Any],
    work: CaseWork,
    rounds: Sequence[Any],
    refusals: Sequence[Any],
    documents: Sequence[Any],
    notices: Sequence[Any],
) -> list[tuple[Any, str, int | None, bool]]:
    lines: list[tuple[Any, str, int | None, bool]] = []
    if case.kind == "mla":
        lines.append((_("Items"), "#items", len(case.items), False))
    lines += [(_("People"), "#people", len(case.persons), False), (_("Deadlines"), "#deadlines", len(deadlines), False)]
    if rounds:
        lines.append((_("Exchanges"), "#exchanges", len(rounds), False))
    still = sum(1 for task in work.tasks if task.at is None)
    lines += [(_("Tasks"), "#tasks", still, False), (_("Notes"), "#notes", len(work.notes), False)]
    if refusals:
        lines.append((_("Refusals"), "#refusals", len(refusals), False))
    lines.append((_("Documents"), "#documents", len(documents), False))
    lines.append((_("Timeline"), "#timeline", len(told), False))
    if notices:
        lines.append((_("Reminders"), "#reminders", len(notices), False))
    return lines
