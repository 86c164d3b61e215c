"""The text of a notice: the reference, what is due and when, one link, why one gets it. Nothing that is secret.

Neither the subject of a case, nor a name, an offence or a summary is ever passed to a template.
"""

from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime, parseaddr
from functools import cache, cached_property
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mla_tracker.core.folders import TEMPLATES, TRANSLATIONS
from mla_tracker.reminders.mime import Mail, mail

NO_SENDER_HOST: Final = "localhost"


@dataclass(frozen=True)
class Letterhead:
    """What is the same on every message of an office: the sender, the address people open, the zone of its days."""

    sender: str
    base_url: str
    zone: ZoneInfo

    @cached_property
    def mailbox(self) -> tuple[str, str]:
        """The sender's name and address."""
        return parseaddr(self.sender)

    @cached_property
    def host(self) -> str:
        """The domain behind Message-ID and List-Id: the sender's."""
        return self.mailbox[1].partition("@")[2] or NO_SENDER_HOST


@dataclass(frozen=True)
class DeadlineNotice:
    """A time limit of a case as the message tells of it. With `due_at` it is a clock in hours.

    `label` is the rule's; it is empty where a person worded it, because such words may say too much for a mail.
    """

    notice_id: int
    reference: str
    label: str
    rung: str
    why: str
    due_on: date
    due_at: datetime | None
    cautious_on: date | None
    custody: bool
    provisional: bool
    theirs: bool


@dataclass(frozen=True)
class FloorNotice:
    """What the summary after a load says: how many time limits were passed over, and how many of them are overdue."""

    overdue: int
    soon: int


@dataclass(frozen=True)
class Envelope:
    """To whom, in which language, under which key. `thread` groups what concerns one case."""

    key: str
    address: str
    name: str
    language: str
    thread: str | None


@dataclass(frozen=True)
class NewsNotice:
    """Something that happened or is to be done: its kind, the request where it is about one, and a page."""

    kind: str
    reference: str
    days: int
    page: str


@dataclass(frozen=True)
class DigestLine:
    """One line of a digest: a request and what there is about it."""

    reference: str
    what: str
    due_on: date | None


@dataclass(frozen=True)
class DigestNotice:
    """What a digest says: time limits that are overdue or due within a week, and what came in since the last one.

    `overdue` and `due` count all; the lines end at some number. `whole` says that they are the office's, not one's own.
    """

    overdue: int
    due: int
    lines: tuple[DigestLine, ...]
    news: tuple[DigestLine, ...]
    whole: bool


def message_id(key: str, letterhead: Letterhead) -> str:
    """The Message-ID that follows from the notice key: a repeat bears the same one, and receivers recognise it."""
    return f"<{key[:32]}@{letterhead.host}>"


def deadline_message(notice: DeadlineNotice, envelope: Envelope, letterhead: Letterhead, now: datetime) -> Mail:
    """The mail about one time limit, as it stands at `now`."""
    words = _translations(envelope.language)
    today = now.astimezone(letterhead.zone).date()
    days = (notice.due_on - today).days
    values = {
        "notice": notice,
        "label": words.gettext(notice.label) if notice.label else agreed_date(envelope.language),
        "days": days,
        "cautious": _cautious(notice, envelope.language),
        "when": _when(notice, envelope.language, letterhead.zone),
        "link": f"{letterhead.base_url}/reminders/{notice.notice_id}",
    }
    subject = _render("deadline_subject.txt", envelope, values).strip()
    if notice.custody:
        subject = words.gettext("Custody: %(subject)s") % {"subject": subject}
    return _message("deadline", subject, envelope, letterhead, now, values)


def floor_message(notice: FloorNotice, envelope: Envelope, letterhead: Letterhead, now: datetime) -> Mail:
    """The one summary after requests were loaded whose reminders would have been due before."""
    values = {"notice": notice, "link": f"{letterhead.base_url}/deadlines"}
    subject = _translations(envelope.language).gettext("Time limits of requests that were taken in")
    return _message("summary", subject, envelope, letterhead, now, values)


def account_message(what: str, link: str, envelope: Envelope, letterhead: Letterhead, now: datetime) -> Mail:
    """A letter about the person's own account; `link` is "" where there is nothing to open."""
    values: dict[str, object] = {"what": what, "link": link, "sign_in": f"{letterhead.base_url}/login"}
    subject = _render("account_subject.txt", envelope, values).strip()
    return _message("account", subject, envelope, letterhead, now, values)


def news_message(notice: NewsNotice, envelope: Envelope, letterhead: Letterhead, now: datetime) -> Mail:
    """The mail about one thing that happened."""
    values = {"notice": notice, "link": f"{letterhead.base_url}{notice.page}"}
    subject = _render("news_subject.txt", envelope, values).strip()
    return _message("news", subject, envelope, letterhead, now, values)


def digest_message(notice: DigestNotice, envelope: Envelope, letterhead: Letterhead, now: datetime) -> Mail:
    """The one mail with what is due and what came in."""
    values = {
        "notice": notice,
        "lines": [_digest_line(line, envelope.language, now, letterhead.zone) for line in notice.lines],
        "news": [_digest_line(line, envelope.language, now, letterhead.zone) for line in notice.news],
        "link": f"{letterhead.base_url}/",
    }
    words = _translations(envelope.language)
    subject = words.ngettext("%(num)s time limit overdue", "%(num)s time limits overdue", notice.overdue)
    return _message("digest", subject % {"num": notice.overdue}, envelope, letterhead, now, values)


def translated(language: str, text: str) -> str:
    """A text of the catalogues (a rule's label, say) in a person's language."""
    return _translations(language).gettext(text)


def agreed_date(language: str) -> str:
    """What stands in the place of words that a person gave a date: they may say too much."""
    return _translations(language).gettext("A date agreed or set for this request")


def _digest_line(line: DigestLine, language: str, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    label = translated(language, line.what) if line.what else agreed_date(language)
    if line.due_on is None:
        return {"reference": line.reference, "what": label, "when": "", "days": 0}
    days = (line.due_on - now.astimezone(zone).date()).days
    when = format_date(line.due_on, "EEE d MMM y", locale=language)
    return {"reference": line.reference, "what": label, "when": when, "days": days}


def _message(
    template: str, subject: str, envelope: Envelope, letterhead: Letterhead, now: datetime, values: dict[str, object]
) -> Mail:
    headers = [
        ("Subject", subject),
        ("Date", format_datetime(now)),
        ("List-Id", f"MLA tracker reminders <reminders.mla-tracker.{letterhead.host}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    if envelope.thread is not None:
        root = sha256(f"thread:{envelope.thread}".encode()).hexdigest()[:32]
        headers += [(name, f"<thread-{root}@{letterhead.host}>") for name in ("References", "In-Reply-To")]
    return mail(
        sender=letterhead.mailbox,
        recipient=(envelope.name, envelope.address),
        message_id=message_id(envelope.key, letterhead),
        headers=headers,
        plain=_render(f"{template}.txt", envelope, values),
        html=_render(f"{template}.html", envelope, values),
    )


def _when(notice: DeadlineNotice, language: str, zone: ZoneInfo) -> str:
    day = format_date(notice.due_on, "EEEE d MMM y", locale=language)
    if notice.due_at is None:
        return day
    local = notice.due_at.astimezone(zone)
    day = format_date(local.date(), "EEEE d MMM y", locale=language)
    return f"{day}, {format_time(local, 'HH:mm zzz', tzinfo=zone, locale=language)}"


def _cautious(notice: DeadlineNotice, language: str) -> str | None:
    """The other reading of the end of a custody clock, where it is the earlier one."""
    if not notice.custody or notice.cautious_on is None or notice.cautious_on >= notice.due_on:
        return None
    return format_date(notice.cautious_on, "EEEE d MMM y", locale=language)


def _render(template: str, envelope: Envelope, values: dict[str, object]) -> str:
    return _environment(envelope.language).get_template(template).render(values, language=envelope.language)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "emails"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = _translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined] # added by the i18n extension
        words.gettext, words.ngettext, newstyle=True
    )
    return environment


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language])
