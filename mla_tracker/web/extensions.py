"""Flask-Login, the token against forgery, languages, limits: set up once for an application."""

from dataclasses import dataclass, replace
from typing import Any

import structlog
from flask import Flask, g, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.permissions import Permission
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.sessions import Seen, find_session
from mla_tracker.core.folders import TRANSLATIONS
from mla_tracker.web.context import NOBODY, client_address, current_account, db, now, services, store_is_away
from mla_tracker.web.preferences import LANGUAGE_COOKIE

csrf = CSRFProtect()
limiter = Limiter(client_address, in_memory_fallback_enabled=True)
_log = structlog.get_logger(__name__)


@dataclass
class User(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """What Flask-Login knows of a person: the session's token is the id, so that a session can be ended by its row.

    `pending`: the second factor is still to be shown. `must_set_up_factor`: there is none and the office requires one.
    `fresh`: the last proof of who it is is recent. `actor` may nothing before the second factor was shown, and
    administer only himself before it is set up.
    """

    token: str
    session_id: int
    account: Account
    actor: Actor
    pending: bool = False
    must_set_up_factor: bool = False
    fresh: bool = True

    def get_id(self) -> str:
        return self.token


def install_extensions(app: Flask, *, languages: tuple[str, ...], limits_url: str, zone: str) -> None:
    """Bind all of them to the application."""
    csrf.init_app(app)
    login = LoginManager()
    login.session_protection = None  # the session's row says what holds
    login.init_app(app)
    login.user_loader(load_user)
    app.config["RATELIMIT_STORAGE_URI"] = limits_url
    limiter.init_app(app)
    app.config["BABEL_DEFAULT_TIMEZONE"] = zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=lambda: choose_language(languages), timezone_selector=_zone)


def load_user(token: str) -> User | None:
    """The person of a session that still holds; any other token is nobody's, and so is each while the database is
    away.
    """
    if store_is_away():
        return None
    try:
        seen = find_session(db(), token, now())
    except (OperationalError, InterfaceError, PoolTimeout) as problem:
        _log.error("database away", kind=type(problem).__name__)
        g.store_away = True
        return None
    return _user(token, seen) if seen else None


def _user(token: str, seen: Seen) -> User:
    actor = actor_of(seen.account)
    lacks = services().second_factor and not seen.has_factor and not seen.pending
    if seen.pending:
        actor = NOBODY
    elif lacks:
        actor = replace(actor, permissions=frozenset({Permission.ACCOUNT_SELF}))
    return User(token, seen.session_id, seen.account, actor, seen.pending, lacks, seen.fresh(now()))


def choose_language(languages: tuple[str, ...]) -> str:
    """The language chosen, that of the account, or the best that the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "").replace("-", "_")
    offered = [tag.replace("-", "_") for tag in languages]
    if chosen in offered:
        return chosen
    account = current_account()
    if account is not None and account.language.replace("-", "_") in offered:
        return account.language.replace("-", "_")
    return request.accept_languages.best_match(offered) or offered[0]


def _zone() -> Any:
    account = current_account()
    return account.time_zone if account is not None and account.time_zone else None
