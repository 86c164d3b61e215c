"""What a view works with: the database session of this page, the person, the office, the day.

The entry point gives the application its `Services`; a page opens one session when it first needs one and closes it at
its end. A view that writes does so through an act or a service, which commits; what was not committed is rolled back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.passkeys import Place
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.sealing import Seals
from mla_tracker.audit.services import AccessLog
from mla_tracker.cases.models import Case
from mla_tracker.casework.office import Office
from mla_tracker.core import clock
from mla_tracker.core.jobs import JobQueue
from mla_tracker.documents.vault import Vault

AWAY_SECONDS: Final = 10
"""After how long a browser may ask again when the database was away."""

NOBODY = Actor(None, "", None, frozenset())


@dataclass(frozen=True)
class Services:
    """What the entry point gives the pages. `metrics_token` "": figures for Prometheus from this machine only.
    `second_factor`: whether nobody works here without one; `place`: where passkeys hold; `malware_scanner`: whether
    the office has one.
    """

    office: Office
    vault: Vault
    malware_scanner: bool
    jobs: JobQueue
    access_log: AccessLog
    office_name: str
    languages: tuple[str, ...]
    production: bool
    secure: bool
    mail_folder: str
    redis_url: str
    chart_folder: str
    metrics_token: str
    seals: Seals
    place: Place
    second_factor: bool


def services() -> Services:
    return cast(Services, current_app.extensions["mla_services"])


def office() -> Office:
    return services().office


def db() -> Session:
    """The session of this page."""
    if "db" not in g:
        g.db = office().sessions()
    return cast(Session, g.db)


def now() -> datetime:
    """The moment at which this page is made; the same all through it."""
    if "now" not in g:
        g.now = clock.now()
    return cast(datetime, g.now)


def today() -> date:
    """The office's day."""
    return clock.local_date(now(), office().zone)


def current_account() -> Account | None:
    """Who is signed in, or None; also None for who has not shown the second factor yet."""
    return (
        None if store_is_away() or half_signed_in() else cast("Account | None", getattr(current_user, "account", None))
    )


def half_signed_in() -> bool:
    """Whether the password was right and the second factor is still to be shown."""
    return bool(getattr(current_user, "pending", False))


def must_set_up_factor() -> bool:
    """Whether this person has no second factor where the office requires one: first it is set up."""
    return bool(getattr(current_user, "must_set_up_factor", False))


def freshly_proved() -> bool:
    """Whether this person proved in the last five minutes who he is."""
    return bool(getattr(current_user, "fresh", False))


def current_session_id() -> int | None:
    """The row of the session by which he is signed in."""
    return cast("int | None", getattr(current_user, "session_id", None))


def current_actor() -> Actor:
    """Who reads the page, with what he may do; nobody may nothing."""
    return NOBODY if store_is_away() else cast(Actor, getattr(current_user, "actor", NOBODY))


def permitted(permission: Permission) -> bool:
    return current_actor().may(permission)


def client_address() -> str:
    """The address of the browser; a forwarded one counts only from a proxy that the settings trust."""
    return request.remote_addr or ""


def store_is_away() -> bool:
    """Whether the database could not say who reads this page: nobody is let in, and the page says why."""
    return bool(g.get("store_away", False))


def looked_at(code: str, case: Case, about: str = "") -> None:
    """Record that a case was looked at, after its page was made and in a transaction of its own.

    `about`: a number that says which part of it. Where that fails, a restricted case is not shown.
    """
    try:
        services().access_log.record(
            code,
            actor_id=current_actor().account_id,
            case_id=case.id,
            about=about,
            address=client_address(),
            now=now(),
        )
    except Exception:
        if case.confidentiality == "restricted":
            raise
        current_app.logger.exception("access not recorded")


def exported(code: str, about: str, case_id: int | None = None) -> None:
    """Record that something leaves as a file, before it does: where that fails, nothing leaves."""
    services().access_log.record(
        code, actor_id=current_actor().account_id, case_id=case_id, about=about, address=client_address(), now=now()
    )


def listed(case_ids: Sequence[int]) -> None:
    """Record that a list showed these restricted cases; where that fails, the list is not shown."""
    for case_id in case_ids:
        exported("case_listed", "", case_id)


def install_context(app: Flask, given: Services) -> None:
    """Bind the services to the application and close each page's session."""
    app.extensions["mla_services"] = given

    @app.teardown_appcontext
    def _close(_error: BaseException | None) -> None:
        session = g.pop("db", None)
        if session is not None:
            session.close()
