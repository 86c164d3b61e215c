"""What the page of a request shows, made ready: words for codes, the timeline, the acts, the deadlines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from mla_tracker.cases.facts import FieldKind, asked_by_act
from mla_tracker.cases.file_entries import FILE_ENTRIES
from mla_tracker.cases.file_events import CORRECTABLE
from mla_tracker.cases.life_cycle import LifeCycle, LifeCycles
from mla_tracker.cases.replay import Entry
from mla_tracker.instruments.time_limits import seed_limits
from mla_tracker.web.cases import words
from mla_tracker.web.filters import bdi, day

# Details that are shown under an entry, in this order, with the words before them; codes are put into words.
_DETAILS: Final[Mapping[str, Any]] = {
    "missing": "",
    "subject": "",
    "result": "",
    "reason": "",
    "reasons": "",
    "withdrawn_by": "",
    "results": "",
    "content": "",
    "condition": "",
    "measure": "",
    "search": "",
    "consent": "",
    "terms": "",
    "label": "",
    "evidence": "",
    "draft": _l("Draft"),
    "use_limits": _l("Use limits"),
    "place": _l("Place"),
    "court": _l("Court"),
    "decided_by": _l("Decided by"),
    "forwarded_to": _l("To"),
    "merged_into": _l("Into"),
    "linked": _l("Request"),
    "child": _l("Supplement"),
    "language": _l("Language"),
    "days_in_custody": _l("Days in custody"),
    "amount": _l("Amount"),
    "currency": _l("Currency"),
    "no_consultation_reason": _l("No consultation"),
    "document": _l("Document no."),
    "file_version": _l("Version"),
    "giver": _l("Given by"),
    "receiver": _l("Received by"),
    "purpose": _l("Purpose"),
    "means": _l("Means"),
    "finding": _l("Found"),
}
_DATES: Final[Mapping[str, Any]] = {
    "reply_due": _l("answer due"),
    "review_on": _l("next review"),
    "surrender_on": _l("surrender on"),
    "return_on": _l("return on"),
    "communicated_on": _l("told on"),
    "notice_date": _l("told on"),
    "due_on": _l("due on"),
    "planned_on": _l("planned for"),
    "until": _l("until"),
}
# Entries of the office that stand small in the timeline.
_OF_OFFICE: Final = frozenset(words.FILE_EVENTS) - set(FILE_ENTRIES)
_MINOR: Final = _OF_OFFICE | {"acknowledged", "follow_up_recorded", "item_accepted", "item_ordered"}


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the timeline, newest first. `late_days`: recorded that many days after it happened."""

    seq: int
    code: str
    title: str
    happened_on: date
    happened_at: datetime | None
    recorded_at: datetime
    late_days: int
    who: str
    item_number: int | None
    lines: tuple[str, ...]
    grounds: tuple[str, ...]
    dates: tuple[tuple[str, date], ...]
    minor: bool
    annulled: bool
    corrected_to: date | None
    correctable: bool


def event_title(tables: LifeCycles, code: str) -> str:
    """What happened, in words: the button says "Record the acceptance", the timeline "Acceptance"."""
    if code in words.FILE_EVENTS:
        return str(words.FILE_EVENTS[code])
    return told(_(tables.events[code]))


def told(act: str) -> str:
    """The words of an act as what happened: without the leading "Record (that) (the/a/an)"."""
    for lead in ("Record that ", "Record the ", "Record an ", "Record a ", "Record "):
        if act.startswith(lead):
            rest = act.removeprefix(lead)
            return rest[:1].upper() + rest[1:]
    return act


def timeline(
    tables: LifeCycles,
    rows: Sequence[tuple[Entry, datetime, str]],
    item_numbers: Mapping[int, int],
    ground_labels: Mapping[str, str],
    zone: Any,
    *,
    may_correct: bool,
) -> list[TimelineEntry]:
    """The entries newest first by the day on which they happened, then by number; corrections beside what they
    correct.
    """
    corrections = {entry.corrects_seq: entry for entry, _recorded, _who in rows if entry.corrects_seq is not None}
    shown = []
    for entry, recorded_at, who in rows:
        correction = corrections.get(entry.seq)
        changed = correction.detail.get("happened_on") if correction else None
        codes = [*entry.detail.get("grounds", ()), *entry.detail.get("deficiencies", ())]
        if ground := entry.detail.get("ground"):
            codes.append(ground)
        shown.append(
            TimelineEntry(
                seq=entry.seq,
                code=entry.code,
                title=event_title(tables, entry.code),
                happened_on=entry.happened_on,
                happened_at=entry.happened_at,
                recorded_at=recorded_at,
                late_days=(recorded_at.astimezone(zone).date() - entry.happened_on).days,
                who=who,
                item_number=item_numbers.get(entry.item_id) if entry.item_id is not None else None,
                lines=tuple(_lines(entry)),
                grounds=tuple(ground_labels.get(code, code) for code in codes),
                dates=tuple(
                    (str(label), date.fromisoformat(entry.detail[name]))
                    for name, label in _DATES.items()
                    if entry.detail.get(name)
                ),
                minor=entry.code in _MINOR,
                annulled=bool(correction and correction.detail.get("action") == "annul"),
                corrected_to=date.fromisoformat(changed) if changed else None,
                correctable=may_correct and correction is None and _correctable(entry.code),
            )
        )
    return sorted(shown, key=lambda entry: (entry.corrected_to or entry.happened_on, entry.seq), reverse=True)


def _correctable(code: str) -> bool:
    return code != "corrected" and (code not in words.FILE_EVENTS or code in CORRECTABLE)


def _chosen(entry: Entry) -> list[str]:
    """What was chosen from a list when the act was recorded, in words."""
    fields = (spec for spec in asked_by_act(entry.code) if spec.kind is FieldKind.CHOICE)
    return [
        str(_(dict(spec.choices)[value]))
        for spec in fields
        if (value := entry.detail.get(spec.name)) in dict(spec.choices)
    ]


def _lines(entry: Entry) -> list[str]:
    lines = _chosen(entry)
    for name, label in _DETAILS.items():
        value = entry.detail.get(name)
        if value in (None, "", []):
            continue
        text = str(value)
        lines.append(f"{label}: {text}" if label else text)
    if entry.code == "deadlines_moved":
        lines += [
            f"{_(one['label'])}: {' → '.join(day(date.fromisoformat(on)) for on in (one['was'], one['now']) if on)}"
            for one in entry.detail.get("moved", ())
        ]
    if entry.code == "clock_fact_recorded":
        lines.append(str(_(seed_limits().events[entry.detail["fact"]].text)))
    if entry.code == "particulars_changed":
        lines.append(", ".join(str(words.FIELDS.get(name, name)) for name in entry.detail.get("now", {})))
    return lines


def status_label(cycle: LifeCycle, status: str) -> str:
    return str(_(cycle.statuses[status].label))


def outcome_label(cycle: LifeCycle, outcome: str | None) -> str:
    return str(_(cycle.outcomes[outcome].label)) if outcome else ""


def status_sign(cycle: LifeCycle, status: str, outcome: str | None) -> str:
    """The shape beside a status: done, waiting, barred or running."""
    place = cycle.statuses[status]
    if place.terminal:
        return "done" if outcome not in ("refused", "returned", "lapsed", "not_executable", "abandoned") else "barred"
    return "waiting" if place.holding else "running"


def turn(cycle: LifeCycle, status: str, direction: str) -> str:
    """Whose turn it is."""
    place = cycle.statuses[status]
    code = place.whose_turn_outgoing if direction == "outgoing" else place.whose_turn
    return str(words.TURNS[code]) if not place.terminal else ""


def timeline_lines(
    told_entries: Sequence[TimelineEntry], deadlines: Sequence[Any], case: Any, today: date
) -> list[dict[str, Any]]:
    """The spine as its macro takes it: what lies ahead, today, what happened; newest first."""
    ahead: list[dict[str, Any]] = [
        {
            "on": shown.row.due_on,
            "title": bdi(shown.row.label),
            "ahead": True,
            "lines": [bdi(shown.row.source) if shown.row.check_mark != "house" else _("our own target")],
        }
        for shown in deadlines
        if shown.running and not shown.row.provisional and shown.row.due_on > today
    ]
    for planned, label in ((case.hearing_on, _("Hearing or trial")), (case.limitation_on, _("Time-barred"))):
        if planned is not None and planned > today and case.closed_on is None:
            ahead.append({"on": planned, "title": label, "ahead": True})
    ahead.sort(key=lambda line: line["on"], reverse=True)
    return [*ahead, {"today": True}, *(_line(entry, case) for entry in told_entries)]


def _line(entry: TimelineEntry, case: Any) -> dict[str, Any]:
    title: Any = Markup("{}").format(entry.title)
    if entry.item_number is not None:
        title = Markup("{}: {}").format(_("Item %(number)s", number=entry.item_number), title)
    lines: list[Any] = [bdi(line) for line in entry.lines]
    lines += [bdi(ground) for ground in entry.grounds]
    lines += [Markup("{} {}").format(label, day(on)) for label, on in entry.dates]
    if entry.annulled:
        lines.append(_("Annulled: it did not happen."))
    if entry.corrected_to:
        lines.append(_("Corrected: it happened on %(day)s.", day=day(entry.corrected_to)))
    acts: Any = Markup('<span class="faint">{}</span>').format(bdi(entry.who)) if entry.who else ""
    if entry.correctable:
        url = url_for("cases.correct", reference=case.reference, seq=entry.seq)
        acts = Markup('{} <a href="{}">{}<span class="vh"> {}</span></a>').format(acts, url, _("Correct"), title)
    return {
        "id": f"e{entry.seq}",
        "on": entry.corrected_to or entry.happened_on,
        "at": entry.happened_at,
        "title": title,
        "lines": [] if entry.minor and entry.code.startswith("item_") else lines,
        "minor": entry.minor,
        "struck": entry.annulled,
        "recorded": ngettext("recorded %(num)d day later", "recorded %(num)d days later", entry.late_days)
        if entry.late_days > 0
        else "",
        "acts": acts,
    }
