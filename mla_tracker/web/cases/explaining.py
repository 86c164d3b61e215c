"""“Why this date?”: the steps of a deadline in the reader's words, as the macro `why_this_date` takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from mla_tracker.deadlines.agreed import SET_FOR_CASE
from mla_tracker.deadlines.models import Deadline
from mla_tracker.deadlines.wording import NAMED_AT_MOST
from mla_tracker.instruments.codes import DelayReason
from mla_tracker.instruments.time_limits import seed_limits
from mla_tracker.web.check_words import CHECKS
from mla_tracker.web.context import office
from mla_tracker.web.deadlines.words import SET_BY, SIDES
from mla_tracker.web.filters import bdi, clock, weekday_day


@dataclass(frozen=True)
class Told:
    """Who the authors are, by the number of their account, and the reasons of a delay by their code."""

    people: Mapping[int, str] = field(default_factory=dict)
    reasons: Mapping[str, DelayReason] = field(default_factory=dict)

    def why(self, part: Mapping[str, Any]) -> Markup:
        """Reason, words, whose delay, who said so: what of it was recorded."""
        code, side = part.get("reason_code") or "", part.get("side") or ""
        found: list[Any] = []
        if code in self.reasons:
            found.append(_(self.reasons[code].label))
        if part.get("reason"):
            found.append(bdi(str(part["reason"]).rstrip(".")))
        if side in SIDES:
            found.append(_("delay of: %(side)s", side=SIDES[side]))
        if who := self.people.get(part.get("author") or 0):
            before, after = _("recorded by %(who)s", who="\0").split("\0")
            found.append(Markup("{}{}{}").format(before, bdi(who), after))
        return Markup("; ").join(found)


def why(row: Deadline, told: Told) -> list[tuple[Any, Any]]:
    """Rule, what started it, the sum, pauses, what is uncertain or contested, what its end means."""
    explanation = row.explanation
    parts: list[tuple[Any, Any]] = [
        (
            _("Rule"),
            Markup("{} {}").format(bdi(_(row.label)), Markup('<span class="faint">{}</span>').format(bdi(row.source))),
        )
    ]
    started = seed_limits().events.get(row.start_code)
    if started is not None:
        parts.append((_("Starts when"), bdi(_(started.text))))
    elif row.check_mark == SET_FOR_CASE:
        parts.append((_("The day"), Markup("{} {}").format(SET_BY[explanation["set_by"]], told.why(explanation))))
    if explanation.get("lent_by"):
        parts.append((_("Number"), _("the text names none; the office's own target lends it")))
    if sums := step_lines(explanation.get("steps", ()), office().zone, told):
        parts.append((_("Counted"), sums))
    if spans := [_span(span, told) for span in explanation.get("pauses", ())]:
        parts.append((_("Pauses"), spans))
    if row.paused_days:
        parts.append((_("Time used"), _gross_and_net(row)))
    if explanation.get("stands_since"):
        since = _("since %(day)s; its day is known when it goes on", day=_when(explanation["stands_since"]))
        parts.append((_("Stands still"), since))
    parts += _doubts(row, told)
    parts.append((_("Text"), str(CHECKS[row.check_mark])))
    meaning = "; ".join(words for code in explanation.get("expiry", ()) if (words := _expiry(code)))
    if meaning:
        parts.append((_("When it passes"), meaning))
    return parts


def _doubts(row: Deadline, told: Told) -> list[tuple[Any, Any]]:
    """What stands beside the date: a stricter limit, another reading, what is missing, a dispute, its lapse."""
    explanation = row.explanation
    parts: list[tuple[Any, Any]] = []
    if explanation.get("yields_to"):
        stricter = Markup("{} {}").format(_("the earlier day of"), bdi(_(explanation["yields_to_label"])))
        parts.append((_("Yields to"), stricter))
    if row.cautious_on and row.cautious_on != row.due_on:
        other = _("%(day)s, where the text leaves the counting open", day=weekday_day(row.cautious_on))
        parts.append((_("Cautious reading"), other))
    if explanation.get("because"):
        parts.append((_("Provisional"), "; ".join(_because(code) for code in explanation["because"])))
    if disputed := explanation.get("disputed"):
        since = _("since %(day)s", day=_when(disputed["on"]))
        parts.append((_("Disputed"), Markup("{}; {}").format(since, told.why(disputed))))
    if row.missed_on:
        parts.append((_("On record"), _("passed unmet on %(day)s", day=weekday_day(row.missed_on))))
    return parts


def _span(span: Mapping[str, Any], told: Told) -> tuple[Any, Any]:
    first, last = _when(span["on"]), _when(span["to"]) if span.get("to") else _("today")
    return _("%(first)s – %(last)s", first=first, last=last), told.why(span)


def _gross_and_net(row: Deadline) -> str:
    """Days from the start to the end, or to the day that is due, and those of them in which the clock ran."""
    last = row.ended_on or row.due_on
    if last is None:
        return str(ngettext("%(num)d day stood still", "%(num)d days stood still", row.paused_days))
    gross = (last - row.started_on).days
    return str(_("%(gross)s days, %(net)s of them while it ran", gross=gross, net=gross - row.paused_days))


def step_lines(steps: Iterable[Mapping[str, Any]], zone: ZoneInfo, told: Told = Told()) -> list[tuple[Any, Any]]:
    """The sum as lines of amount and reason; moments in `zone`. Of what an extension tells `told` knows the words."""
    return [_step(step, zone, told) for step in steps]


def _step(step: Mapping[str, Any], zone: ZoneInfo, told: Told) -> tuple[Any, Any]:
    match step["kind"]:
        case "start":
            return _when(step["on"], zone), _("start")
        case "hour_unknown":
            return "", _("the hour of the start is not known: counted from midnight")
        case "length":
            return _length(step)
        case "extension":
            return _extension(step, told)
        case "agreed":
            return _when(step["on"], zone), _with_reason(_("agreed or fixed"), step, told)
        case "pause":
            return _pause(step)
        case "standing":
            left = ngettext("%(num)d day is left", "%(num)d days are left", step["left"])
            return _when(step["on"]), _("stands still since; %(left)s", left=left)
        case "roll":
            return _when(step["to"]), _("%(day)s is no working day: %(why)s", day=_when(step["on"]), why=_(step["why"]))
        case "unknown_after":
            return "", _("holidays after %(day)s are not known: only weekends were left out", day=_when(step["on"]))
        case _:
            last = _("last moment in time") if step.get("at") else _("last day in time")
            return _when(step.get("at") or step["on"], zone), last


def _extension(step: Mapping[str, Any], told: Told) -> tuple[Any, Any]:
    total = step["how"] == "total"
    words = _("extension, in place of the period") if total else _("extension")
    amount = amount_words(step["amount"], step["unit"], working=bool(step.get("working")))
    return f"{'=' if total else '+'} {amount}", _with_reason(words, step, told)


def _with_reason(words: str, step: Mapping[str, Any], told: Told) -> Markup:
    because = told.why(step)
    return Markup("{}: {}").format(words, because) if because else Markup.escape(words)


def _pause(step: Mapping[str, Any]) -> tuple[Any, Any]:
    unit, number = ("hours", step["hours"]) if "hours" in step else ("days", step["days"])
    words = _("stood still from %(first)s until %(last)s", first=_when(step["on"]), last=_when(step["to"]))
    return f"+ {amount_words(number, unit)}", words


def _length(step: Mapping[str, Any]) -> tuple[Any, Any]:
    sign = "−" if step.get("backward") else "+"
    words = amount_words(step["amount"], step["unit"], working=bool(step.get("working")))
    notes: list[Any] = [_("the first day counts") if step.get("inclusive") else _("the first day does not count")]
    if step["unit"] == "hours":
        notes = [_("to the minute")]
    skipped = step.get("skipped", ())
    notes += [
        Markup("{} {}").format(_("without %(day)s,", day=_when(on)), bdi(name)) for on, name in skipped[:NAMED_AT_MOST]
    ]
    if (more := len(skipped) - NAMED_AT_MOST) > 0:
        notes.append(ngettext("without %(num)d more day off", "without %(num)d more days off", more))
    notes += [_("%(day)s is a weekend that is worked", day=_when(on)) for on in step.get("worked", ())[:NAMED_AT_MOST]]
    return f"{sign} {words}", Markup("; ").join(notes)


def amount_words(number: int, unit: str, *, working: bool = False) -> str:
    """A length in words: 15 working days."""
    words: dict[tuple[str, bool], str] = {
        ("days", False): ngettext("%(num)d day", "%(num)d days", number),
        ("days", True): ngettext("%(num)d working day", "%(num)d working days", number),
        ("hours", False): ngettext("%(num)d hour", "%(num)d hours", number),
        ("weeks", False): ngettext("%(num)d week", "%(num)d weeks", number),
        ("months", False): ngettext("%(num)d month", "%(num)d months", number),
        ("years", False): ngettext("%(num)d year", "%(num)d years", number),
    }
    return words[unit, working]


def _when(text: str, zone: ZoneInfo | None = None) -> str:
    if "T" in text:
        moment = datetime.fromisoformat(text).astimezone(zone or office().zone)
        return f"{weekday_day(moment.date())}, {clock(moment)}"
    return weekday_day(date.fromisoformat(text))


def _because(code: str) -> str:
    if code == "basis_asserted":
        return str(_("the legal basis is asserted and not yet accepted"))
    return str(_("a fact is not recorded: %(fact)s", fact=code.removeprefix("fact:").replace("_", " ")))


def _expiry(code: str) -> str:
    words: dict[str, str] = {
        "breach": _("a duty is broken"),
        "duty_to_explain": _("the other State is told of the delay, with reasons"),
        "may_release": _("the person may be released"),
        "must_release": _("the person must be released"),
        "release_on_application": _("the person may apply for release"),
        "may_refuse": _("the request may be refused"),
        "must_refuse": _("the request must be refused"),
        "protection_ends": _("the protection ends"),
        "right_ends": _("the right ends"),
        "may_lapse": _("it may lapse"),
        "too_late": _("it is too late to send"),
        "warn": _("a reminder; no treaty is broken"),
        "none": "",
    }
    return words[code]
