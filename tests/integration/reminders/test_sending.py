"""From the ledger to a real mail server and back: what is sent, checked once more, retried, given up."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from mla_tracker.accounts.models import Account, NeedToKnow, RestrictedCase
from mla_tracker.accounts.queries import actor_of
from mla_tracker.audit.chain import AuditKey
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.deadlines.models import Deadline
from mla_tracker.reminders.leases import claim, free_expired, release
from mla_tracker.reminders.mailer import Delayed, SmtpMailer, Unreachable, make_mailer
from mla_tracker.reminders.messages import Letterhead, message_id
from mla_tracker.reminders.mime import Mail, mail
from mla_tracker.reminders.models import Notice
from mla_tracker.reminders.preparing import prepare
from mla_tracker.reminders.queries import mail_health
from mla_tracker.reminders.sending import Outcome, Swept, sweep
from mla_tracker.reminders.services import plan_missing, retry_dead, set_notice_floor
from tests.support.ladders import case_of, limit, person
from tests.support.mail import SmtpSink, listening

ZONE = ZoneInfo("UTC")
LETTERHEAD = Letterhead("MLA tracker <mla@justice.example>", "https://mla.justice.example", ZONE)


@dataclass
class FaultySink(SmtpSink):
    """Answers some addresses otherwise."""

    answers: dict[str, str] = field(default_factory=dict)

    def refuse(self, address: str) -> str | None:
        return self.answers.get(address)


@pytest.fixture
def faulty() -> Iterator[FaultySink]:
    with listening(FaultySink()) as sink:
        assert isinstance(sink, FaultySink)
        yield sink


def today() -> date:
    return clock.today(ZONE)


def run(sessions: Sessions, sink: SmtpSink) -> Swept:
    return sweep(sessions, make_mailer(sink.url), LETTERHEAD)


def due_today(sessions: Sessions, number: int = 1) -> list[Account]:
    """So many people with one case each that is due today."""
    with sessions() as session, session.begin():
        people = [person(session) for _ in range(number)]
        for someone in people:
            limit(session, case_of(session, someone), today(), days=1)
    return people


def states(sessions: Sessions) -> Counter[str]:
    with sessions() as session:
        return Counter(session.scalars(select(Notice.state).where(Notice.reason.is_distinct_from("overtaken"))))


def test_a_mail_says_what_is_due_and_when_and_nothing_secret(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        officer = person(session, name="Änne Müller")
        case = case_of(session, officer, operation="Operation Secret", facts_summary="Secret facts")
        limit(session, case, today() - timedelta(days=1))
    run(sessions, smtp)
    [message] = smtp.messages
    with sessions() as session:
        notice = session.scalars(select(Notice).where(Notice.state == "sent")).one()
    assert message["To"].addresses[0].addr_spec == officer.email
    assert message["Subject"] == f"{case.reference}: overdue by 1 day"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "reminders" in message["List-Id"]
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    for part in (plain.get_content(), html.get_content()):
        assert f"https://mla.justice.example/reminders/{notice.id}" in part
        assert part.count("https://") == 1
        assert "Answer to the request" in part
        assert f"{today() - timedelta(days=1):%A}" in part
        assert "because you lead this request" in part
        assert "To change what you receive" in part
        assert "ecret" not in part
    assert message["Message-ID"] == notice.message_id == f"<{notice.notice_key[:32]}@justice.example>"
    assert notice.smtp_answer == "250 Kept"
    assert notice.sent_at is not None


def test_mails_of_one_case_are_one_thread_and_no_other(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        officer = person(session)
        one, other = case_of(session, officer), case_of(session, officer)
        for case in (one, one, other):
            limit(session, case, today(), days=1)
    run(sessions, smtp)
    threads = Counter(str(message["References"]) for message in smtp.messages)
    assert sorted(threads.values()) == [1, 2]
    assert len({message["Message-ID"] for message in smtp.messages}) == 3


def test_words_that_a_person_gave_a_date_stay_in_the_office(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        limit(session, case_of(session, person(session)), today(), days=1, rule_code=None, label="Hearing of J. Doe")
    run(sessions, smtp)
    assert "Doe" not in smtp.messages[0].as_string()


def test_sweeping_again_and_again_sends_one_mail_each(sessions: Sessions, smtp: SmtpSink) -> None:
    due_today(sessions, 3)
    for _ in range(4):
        run(sessions, smtp)
    assert len(smtp.messages) == 3
    assert states(sessions) == Counter(sent=3)


def test_four_sweeps_at_once_send_one_mail_each(sessions: Sessions, smtp: SmtpSink) -> None:
    people = due_today(sessions, 60)
    threads = [threading.Thread(target=run, args=(sessions, smtp)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(recipient for [recipient] in smtp.recipients) == Counter(someone.email for someone in people)


@pytest.mark.parametrize("change", ["left", "restricted", "ended", "moved", "another officer"])
def test_what_changed_since_planning_is_seen_before_sending(sessions: Sessions, smtp: SmtpSink, change: str) -> None:
    with sessions() as session, session.begin():
        officer, chief, second = person(session), person(session, "supervisor"), person(session)
        case = case_of(session, officer)
        row = limit(session, case, today(), days=1)
    plan_missing(sessions, clock.now(), ZONE)
    with sessions() as session, session.begin():
        now = clock.now()
        if change == "left":
            session.get_one(Account, officer.id).active = False
        elif change == "restricted":
            session.add(RestrictedCase(case_id=case.id))
            session.add(NeedToKnow(case_id=case.id, account_id=chief.id, granted_at=now, granted_by=None))
        elif change == "ended":
            session.execute(update(Deadline).where(Deadline.id == row.id).values(ended_on=today(), end_kind="met"))
        elif change == "moved":
            session.execute(update(Deadline).where(Deadline.id == row.id).values(due_on=today() + timedelta(days=9)))
        else:
            session.get_one(type(case), case.id).lead_id = second.id
    run(sessions, smtp)
    expected = {"left": [chief], "restricted": [chief], "another officer": [second]}.get(change, [])
    assert smtp.recipients == [[someone.email] for someone in expected]
    assert states(sessions)["suppressed"] == 1


def test_an_address_refused_for_good_is_one_dead_letter_and_holds_up_nobody(
    sessions: Sessions, faulty: FaultySink
) -> None:
    people = due_today(sessions, 5)
    faulty.answers[people[1].email] = "550 No such mailbox"
    swept = run(sessions, faulty)
    assert swept.outcomes == {Outcome.SENT: 4, Outcome.DEAD: 1}
    assert len(faulty.messages) == 4
    run(sessions, faulty)
    assert states(sessions) == Counter(sent=4, dead=1)
    with sessions() as session, session.begin():
        admin = actor_of(person(session, "administrator"))
        assert mail_health(session, admin).dead == 1
        dead = session.scalars(select(Notice).where(Notice.state == "dead")).one()
        assert (dead.reason, dead.error) == ("refused", "550 No such mailbox")
        retry_dead(session, admin, AuditKey(b"k" * 32), dead.id, now=clock.now())
    faulty.answers.clear()
    run(sessions, faulty)
    assert states(sessions) == Counter(sent=5)


def test_a_temporary_refusal_waits_and_then_goes_through_under_the_same_message_id(
    sessions: Sessions, faulty: FaultySink
) -> None:
    [someone] = due_today(sessions)
    faulty.answers[someone.email] = "451 Greylisted, come back"
    assert run(sessions, faulty).outcomes == {Outcome.DEFERRED: 1}
    assert run(sessions, faulty).outcomes == {}
    with sessions() as session, session.begin():
        notice = session.scalars(select(Notice).where(Notice.state == "deferred")).one()
        assert notice.next_attempt_at is not None
        assert timedelta(seconds=20) < notice.next_attempt_at - clock.now() <= timedelta(minutes=1)
        assert notice.error == "451 Greylisted, come back"
        notice.next_attempt_at = clock.now()
        promised = message_id(notice.notice_key, LETTERHEAD)
    faulty.answers.clear()
    assert run(sessions, faulty).outcomes == {Outcome.SENT: 1}
    assert [message["Message-ID"] for message in faulty.messages] == [promised]


def test_after_72_hours_of_temporary_refusals_it_is_dead(sessions: Sessions, faulty: FaultySink) -> None:
    [someone] = due_today(sessions)
    faulty.answers[someone.email] = "451 Not now"
    run(sessions, faulty)
    with sessions() as session, session.begin():
        session.execute(
            update(Notice)
            .where(Notice.state == "deferred")
            .values(next_attempt_at=clock.now(), first_attempt_at=clock.now() - timedelta(hours=72))
        )
    assert run(sessions, faulty).outcomes == {Outcome.DEAD: 1}
    with sessions() as session:
        assert session.scalars(select(Notice.reason).where(Notice.state == "dead")).one() == "gave_up"


def test_without_a_mail_server_everything_waits_untried_and_goes_out_when_it_is_back(
    sessions: Sessions, smtp: SmtpSink
) -> None:
    due_today(sessions, 30)
    swept = sweep(sessions, make_mailer(f"smtp://127.0.0.1:{_closed_port()}"), LETTERHEAD)
    assert swept.trouble is not None
    assert swept.outcomes == {}
    with sessions() as session, session.begin():
        assert set(session.scalars(select(Notice.attempts).where(Notice.state == "planned"))) == {0}
        assert mail_health(session, actor_of(person(session, "administrator"))).trouble == swept.trouble
    assert run(sessions, smtp).outcomes == {Outcome.SENT: 30}
    with sessions() as session:
        health = mail_health(session, actor_of(person(session, "administrator")))
    assert health.trouble is None
    assert health.last_sent_at is not None
    assert health.last_sweep_at is not None


def test_a_lease_that_ran_out_is_claimed_again_and_the_former_holder_has_nothing_to_send(sessions: Sessions) -> None:
    due_today(sessions)
    now = clock.now()
    plan_missing(sessions, now, ZONE)
    with sessions() as session, session.begin():
        [former] = claim(session, due_by=now, number=9, for_seconds=-1)
    with sessions() as session, session.begin():
        assert claim(session, due_by=now, number=9) == []
        free_expired(session, due_by=now)
        [lease] = claim(session, due_by=now, number=9)
    assert lease.notice_id == former.notice_id
    with sessions() as session, session.begin():
        assert not prepare(session, [former], LETTERHEAD, now).mails
        assert [of for of, _mail in prepare(session, [lease], LETTERHEAD, now).mails] == [lease]
        release(session, [former])
        assert prepare(session, [lease], LETTERHEAD, now).mails
        release(session, [lease])
        assert not prepare(session, [lease], LETTERHEAD, now).mails


def test_a_message_that_cannot_be_made_is_put_off_and_holds_up_nobody(sessions: Sessions, smtp: SmtpSink) -> None:
    people = due_today(sessions, 3)
    with sessions() as session, session.begin():
        session.get_one(Account, people[0].id).language = "no language at all"
    assert run(sessions, smtp).outcomes == {Outcome.SENT: 2, Outcome.DEFERRED: 1}


def test_custody_goes_first(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        officer = person(session)
        for kind in ("target", "hard", "max_custody", "lead_time"):
            limit(session, case_of(session, officer, reference=f"REF-{kind}"), today(), days=1, clock=kind)
    run(sessions, smtp)
    order = [str(message["Subject"]).removeprefix("Custody: ").split(":")[0] for message in smtp.messages]
    assert order == ["REF-max_custody", "REF-hard", "REF-lead_time", "REF-target"]


def test_after_a_load_one_summary_a_person(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        officer = person(session)
        for late in (40, 3, -1):
            limit(session, case_of(session, officer), today() - timedelta(days=late), days=60)
        set_notice_floor(session, clock.now(), "import", zone=ZONE)
    run(sessions, smtp)
    [message] = smtp.messages
    body = message.get_body(("plain",))
    assert body is not None
    assert "2 time limits are overdue." in body.get_content()
    assert "1 time limit is near." in body.get_content()


def test_into_a_folder_one_file_a_message_and_a_repeat_writes_the_same(sessions: Sessions, tmp_path: Path) -> None:
    due_today(sessions, 2)
    mailer = make_mailer(f"file:{tmp_path / 'mail'}")
    sweep(sessions, mailer, LETTERHEAD)
    with sessions() as session, session.begin():
        session.execute(
            update(Notice)
            .where(Notice.state == "sent")
            .values(state="planned", sent_at=None, next_attempt_at=clock.now(), smtp_answer=None)
        )
    sweep(sessions, mailer, LETTERHEAD)
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    assert all(file.suffix == ".eml" for file in files)


def test_a_folder_that_cannot_be_written_is_an_unreachable_server(sessions: Sessions, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    due_today(sessions)
    assert sweep(sessions, make_mailer(f"file:{tmp_path / 'mail'}"), LETTERHEAD).trouble is not None
    assert states(sessions) == Counter(planned=1)


def test_a_later_day_is_played_through_once(sessions: Sessions, smtp: SmtpSink) -> None:
    with sessions() as session, session.begin():
        limit(session, case_of(session, person(session)), today() + timedelta(days=10))
    then = datetime.combine(today() + timedelta(days=7), datetime.max.time(), UTC)
    sweep(sessions, make_mailer(smtp.url), LETTERHEAD, on=then)
    sweep(sessions, make_mailer(smtp.url), LETTERHEAD, on=then)
    run(sessions, smtp)
    assert [str(message["Subject"]).split(": ")[1] for message in smtp.messages] == ["due in 3 days"]


def test_a_server_that_answers_a_byte_a_second_costs_its_budget_and_no_more(smtp: SmtpSink) -> None:
    with _trickling() as port:
        mailer = SmtpMailer("127.0.0.1", port, "none", budget=1.5)
        began = time.monotonic()
        with pytest.raises(Unreachable):
            mailer.deliver(_letter())
        assert time.monotonic() - began < 4
    assert SmtpMailer(smtp.host, smtp.port, "none").deliver(_letter()) == "250 Kept"


def test_a_connection_that_the_server_dropped_while_idle_is_opened_anew() -> None:
    with listening() as first:
        mailer = SmtpMailer(first.host, first.port, "none")
        mailer.deliver(_letter())
        port = first.port
        mailer._client.sock.close()  # type: ignore[union-attr]
        mailer.deliver(_letter())
        assert (len(first.messages), first.port) == (2, port)
        mailer.close()


def test_required_tls_that_the_server_does_not_offer_sends_nothing(smtp: SmtpSink) -> None:
    mailer = make_mailer(f"smtp://{smtp.host}:{smtp.port}?starttls=1")
    with pytest.raises(Unreachable):
        mailer.deliver(_letter())
    assert smtp.messages == []


def test_an_address_that_is_no_mail_server_is_refused() -> None:
    with pytest.raises(ValueError, match="smtp://"):
        make_mailer("http://mail.example")


def test_a_sender_that_the_server_refuses_kills_no_message() -> None:
    @dataclass
    class NoSender(SmtpSink):
        async def handle_MAIL(self, *_given: object) -> str:  # noqa: N802
            return "550 You are nobody"

    with listening(NoSender()) as sink, pytest.raises(Delayed, match="550"):
        SmtpMailer(sink.host, sink.port, "none").deliver(_letter())


def _letter() -> Mail:
    return mail(
        sender=("", "mla@justice.example"),
        recipient=("", "a@office.example"),
        message_id="<letter@justice.example>",
        headers=[("Subject", "A letter")],
        plain="Text",
        html="<p>Text</p>",
    )


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _trickling:  # noqa: N801 - used as a function
    """A server that sends its greeting one byte at a time, for ever."""

    def __enter__(self) -> int:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_raised: object) -> None:
        self._stop.set()
        self._socket.close()

    def _serve(self) -> None:
        peer, _ = self._socket.accept()
        with peer:
            while not self._stop.wait(0.2):
                try:
                    peer.send(b"2")
                except OSError:
                    return
