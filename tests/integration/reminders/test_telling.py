"""Notices that are no time limit: what an act tells whom, the daily round, digests, chasing, the calendar."""

from collections import Counter
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select, text

from mla_tracker.accounts.models import NeedToKnow, RestrictedCase
from mla_tracker.accounts.queries import actor_of
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.core.errors import NotVisible
from mla_tracker.reminders import preferences
from mla_tracker.reminders.chasing import reminder_of
from mla_tracker.reminders.feed import calendar_of
from mla_tracker.reminders.mailer import make_mailer
from mla_tracker.reminders.messages import Letterhead
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.sending import sweep
from mla_tracker.reminders.services import set_notice_floor
from mla_tracker.reminders.telling import Happened, tell_of_act
from tests.support.ladders import case_of, limit, person
from tests.support.mail import SmtpSink

ZONE = ZoneInfo("UTC")
LETTERHEAD = Letterhead("MLA tracker <mla@justice.example>", "https://mla.justice.example", ZONE)


def today() -> date:
    return clock.today(ZONE)


def run(sessions: Sessions, sink: SmtpSink, on: datetime | None = None) -> list[EmailMessage]:
    before = len(sink.messages)
    sweep(sessions, make_mailer(sink.url), LETTERHEAD, on=on)
    return sink.messages[before:]


def ledger(sessions: Sessions) -> Counter[tuple[str, str, str | None]]:
    with sessions() as session:
        rows = session.execute(select(Notice.kind, Notice.state, Notice.reason))
        return Counter((row.kind, row.state, row.reason) for row in rows)


def test_an_act_tells_the_lead_and_who_approves_but_never_the_one_who_acted(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        lead, chief, second = person(session), person(session, "supervisor"), person(session, "supervisor")
        case = case_of(session, lead)
        for number, (code, actor) in enumerate(
            [("assigned", chief), ("assigned", lead), ("results_received", chief), ("submitted_for_approval", chief),
             ("particulars_changed", chief)], 2,
        ):  # fmt: skip
            tell_of_act(session, case, [Happened(number, code)], actor_of(actor), now=clock.now(), zone=ZONE)
    subjects = Counter((str(mail["To"].addresses[0].addr_spec), str(mail["Subject"])) for mail in run(sessions, smtp))
    assert subjects == Counter(
        {
            (lead.email, f"{case.reference}: assigned to you"): 1,
            (lead.email, f"{case.reference}: a reply is recorded"): 1,
            (second.email, f"{case.reference}: your approval is asked"): 1,
        }
    )
    assert run(sessions, smtp) == []


def test_what_an_import_enters_of_former_days_tells_nobody(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        lead, chief = person(session), person(session, "supervisor")
        case = case_of(session, lead)
        long_ago = clock.now() - timedelta(days=3)
        tell_of_act(session, case, [Happened(2, "assigned")], actor_of(chief), now=long_ago, zone=ZONE)
        tell_of_act(session, case, [Happened(3, "assigned")], actor_of(chief), now=clock.now(), zone=ZONE)
        set_notice_floor(session, clock.now(), "import", zone=ZONE, case_ids=[case.id])
    assert run(sessions, smtp) == []
    assert ledger(sessions) == Counter({("assigned", "suppressed", "before_floor"): 1})


def test_news_of_a_case_that_was_restricted_meanwhile_or_changed_hands_stays(
    sessions: Sessions, smtp: SmtpSink
) -> None:
    with sessions() as session, session.begin():
        lead, other, chief = person(session), person(session), person(session, "supervisor")
        closed, handed = case_of(session, lead), case_of(session, lead)
        for case in (closed, handed):
            tell_of_act(session, case, [Happened(2, "assigned")], actor_of(chief), now=clock.now(), zone=ZONE)
        session.add(RestrictedCase(case_id=closed.id))
        session.add(NeedToKnow(case_id=closed.id, account_id=chief.id, granted_at=clock.now(), granted_by=None))
        handed.lead_id = other.id
    assert run(sessions, smtp) == []
    assert ledger(sessions) == Counter({("assigned", "suppressed", "reassigned"): 2})


def test_wishes_decide_between_at_once_digest_and_not_at_all(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        chief, lead, quiet = person(session, "supervisor"), person(session), person(session)
        preferences.keep_wishes(
            session, lead.id, preferences.Wishes(digest="daily", digest_hour=0, kinds={"assigned": "digest"})
        )
        preferences.keep_wishes(session, quiet.id, preferences.Wishes(kinds={"reply": "off", "assigned": "off"}))
        one, two = case_of(session, lead), case_of(session, quiet)
        for case, code in ((one, "assigned"), (two, "assigned"), (two, "results_received")):
            tell_of_act(session, case, [Happened(2, code)], actor_of(chief), now=clock.now(), zone=ZONE)
        limit(session, one, today() + timedelta(days=4), next_rung_on=None)
    mails = run(sessions, smtp)
    to = {str(mail["To"].addresses[0].addr_spec): mail for mail in mails}
    assert set(to) == {lead.email, quiet.email}
    assert to[quiet.email]["Subject"] == f"{two.reference}: assigned to you"  # work cannot be switched off
    plain = to[lead.email].get_body(("plain",))
    assert plain is not None
    words = plain.get_content()
    assert "1 time limit ends within seven days." in words
    assert f"{one.reference}  Assigned to you" in words
    assert "ecret" not in words
    assert run(sessions, smtp) == []
    counted = ledger(sessions)
    assert counted["assigned", "suppressed", "in_digest"] == 1
    assert counted["reply", "suppressed", "off"] == 1


def test_a_silent_state_is_told_of_once_and_the_reminder_knows_the_former_ones(
    sessions: Sessions, smtp: SmtpSink
) -> None:
    sent, chased = today() - timedelta(days=140), today() - timedelta(days=70)
    with sessions() as session, session.begin():
        lead = person(session)
        case = case_of(session, lead, direction="outgoing", reference="MLA-OUT-2026-00001", sent_on=sent)
        fresh = case_of(session, lead, direction="outgoing", reference="MLA-OUT-2026-00002", sent_on=today())
        for of, days in ((case, (("sent", sent), ("chased", chased))), (fresh, (("sent", today()),))):
            for seq, (code, day) in enumerate(days, 1):
                session.execute(
                    text(
                        "INSERT INTO case_event (case_id, seq, code, happened_on, recorded_at, detail_digest, mac)"
                        " VALUES (:case, :seq, :code, :day, now(), '', '')"
                    ),
                    {"case": of.id, "seq": seq, "code": code, "day": day},
                )
        found = reminder_of(session, case)
        assert found is not None
        assert (found.number, list(found.former), found.sent_on) == (2, [chased], sent)
    [mail] = run(sessions, smtp)
    assert mail["Subject"] == "MLA-OUT-2026-00001: no answer yet"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "for 70 days" in plain.get_content()
    assert "/reminders/letter/MLA-OUT-2026-00001" in plain.get_content()
    with sessions() as session, session.begin():
        session.execute(text("DELETE FROM office_setting WHERE key = 'reminders_daily'"))
    assert run(sessions, smtp) == []


def test_a_calendar_shows_ones_own_limits_until_its_address_ends(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        lead, other = person(session), person(session)
        case = case_of(session, lead)
        limit(session, case, date(2026, 7, 1), label="Answer to the request")
        limit(session, case, date(2026, 7, 2), rule_code=None, label="Hearing of J. Doe")
        limit(session, case_of(session, other), date(2026, 7, 3))
        former = preferences.new_feed(session, lead.id)
        token = preferences.new_feed(session, lead.id)
    with sessions() as session, session.begin():
        with pytest.raises(NotVisible):
            preferences.account_of_feed(session, former)
        actor = actor_of(preferences.account_of_feed(session, token))
        content = calendar_of(
            session, actor, language="en", base_url="https://mla.example", host="mla.example", now=clock.now()
        )
        events = cast("Any", Calendar.from_ical(content)).walk("VEVENT")
        assert [str(event["summary"]) for event in events] == [
            f"{case.reference}: Answer to the request",
            f"{case.reference}: A date agreed or set for this request",
        ]
        assert [event["dtstart"].dt for event in events] == [date(2026, 7, 1), date(2026, 7, 2)]
        assert b"Doe" not in content
        assert content.count(b"\r\n") == content.count(b"\n")
        preferences.end_feed(session, lead.id)
        with pytest.raises(NotVisible):
            preferences.account_of_feed(session, token)
