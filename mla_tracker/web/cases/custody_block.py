"""The person sought on the page of an extradition: held or at liberty, days in custody, consent, court, surrender."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from mla_tracker.cases.life_cycle import LifeCycle, life_cycles
from mla_tracker.cases.models import Case
from mla_tracker.cases.projection import Step
from mla_tracker.cases.replay import Entry
from mla_tracker.custody.rules import Person, Spell, person_of
from mla_tracker.exchanges.projection import exchanges
from mla_tracker.web.cases.presenting import event_title
from mla_tracker.web.context import office, today
from mla_tracker.web.filters import bdi, clock, country, day, weekday_day

_TOLD: Final = ("court", "decided_by", "reason", "place", "terms")


def person_sought(cycle: LifeCycle, found_steps: Sequence[Step]) -> Person:
    """Custody and surrender of the person in this case."""
    return person_of(found_steps, [code for code in cycle.statuses if not cycle.is_open(code)])


def custody_facts(case: Case, cycle: LifeCycle, found_steps: Sequence[Step]) -> list[tuple[Any, Any]]:
    """The lines of the block; those that are not reached yet are left out."""
    person = person_sought(cycle, found_steps)
    sought = next((one for one in case.persons if one.role == "sought"), None)
    lines: list[tuple[Any, Any]] = []
    if sought is not None:
        nationality = country(sought.nationality) if sought.nationality else _("nationality unknown")
        lines.append((_("Person sought"), Markup("{}, {}").format(bdi(sought.names[0].name), nationality)))
    lines.append((_("Custody"), _where(person)))
    if person.spells:
        lines.append((_("Days in custody"), _days(person)))
    if person.consent is not None:
        lines.append((_("Consent"), _consent(person, person.consent)))
    lines += [(event_title(life_cycles(), entry.code), _entry(entry)) for entry in (*person.stages, *person.executive)]
    rounds = exchanges((step.entry for step in found_steps), case.direction)
    for kind, label in (("assurance", _("Assurances")), ("competing", _("Competing requests"))):
        of_kind = [row for row in rounds if row["kind"] == kind]
        if of_kind:
            waiting = sum(1 for row in of_kind if row["ended_on"] is None)
            words = ngettext("%(num)d not settled", "%(num)d not settled", waiting) if waiting else _("settled")
            lines.append((label, Markup('<a href="#exchanges">{}</a>').format(words)))
    lines += [(event_title(life_cycles(), entry.code), _entry(entry)) for entry in person.surrender]
    if person.return_due_on is not None:
        lines.append((_("Return due"), weekday_day(person.return_due_on)))
    if person.submission:
        lines.append((_("Submission for prosecution, art. 44(11)"), _submission(person.submission, case)))
    return lines


def _where(person: Person) -> Any:
    if (held := person.held) is not None:
        since = _moment(held.began_on, held.began_at)
        place = Markup(", {}").format(bdi(held.place)) if held.place else ""
        return Markup("{}{}").format(_("held since %(when)s", when=since), place)
    if person.on_bail_since is not None:
        return _("on bail or under conditions since %(day)s", day=day(person.on_bail_since))
    if not person.spells:
        return _("no arrest is recorded")
    last = person.spells[-1]
    ended = _moment(last.ended_on or last.began_on, last.ended_at)
    return _("not held here since %(when)s: %(what)s", when=ended, what=event_title(life_cycles(), last.ended_by))


def _days(person: Person) -> Any:
    total = person.days_held(today())
    words = ngettext("%(num)d day", "%(num)d days", total)
    spells = Markup("; ").join(_spell(spell) for spell in person.spells)
    return Markup('{}<br><span class="meta">{}</span>').format(words, spells)


def _spell(spell: Spell) -> str:
    ended = day(spell.ended_on) if spell.ended_on else _("today")
    return str(_("%(first)s to %(last)s", first=day(spell.began_on), last=ended))


def _consent(person: Person, entry: Entry) -> Any:
    renounced = entry.detail.get("speciality_renounced") == "yes"
    speciality = _("speciality renounced too") if renounced else _("speciality not renounced")
    words = Markup("{}; {}<br>{}").format(day(entry.happened_on), speciality, bdi(str(entry.detail.get("consent", ""))))
    if person.consent_revoked_on is not None:
        words += Markup("<br>{}").format(_("revoked on %(day)s", day=day(person.consent_revoked_on)))
    return words


def _entry(entry: Entry) -> Any:
    told = [str(entry.detail[name]) for name in _TOLD if entry.detail.get(name)]
    planned = entry.detail.get("surrender_on")
    when = _("for %(day)s", day=weekday_day(date.fromisoformat(planned))) if planned else ""
    parts = [_moment(entry.happened_on, entry.happened_at), when, *(bdi(text) for text in told)]
    return Markup(", ").join(part for part in parts if part)


def _submission(answer: str, case: Case) -> Any:
    if answer == "no":
        return _("not asked for")
    words = _("asked for") if answer == "yes" else _("not yet answered")
    link = Markup('<a href="{}">{}</a>').format(
        url_for("proceedings.new", case=case.reference), _("open a proceeding for it")
    )
    return Markup("{}; {}").format(words, link)


def _moment(on: date, at: Any) -> str:
    return f"{day(on)}, {clock(at.astimezone(office().zone))}" if at is not None else day(on)
