"""Flask-Login, the token against forgery, languages, limits: set up once for an application."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.accounts.queries import actor_of
from mla_tracker.accounts.signing_in import find_session
from mla_tracker.core.folders import TRANSLATIONS
from mla_tracker.web.context import current_account, db, now
from mla_tracker.web.preferences import LANGUAGE_COOKIE

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True)


@dataclass
class User(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """What Flask-Login knows of a person: the session's token is the id, so that a session can be ended by its row."""

    token: str
    session_id: int
    account: Account
    actor: Actor

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
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    limiter.init_app(app)
    app.config["BABEL_DEFAULT_TIMEZONE"] = zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=lambda: choose_language(languages), timezone_selector=_zone)


def load_user(token: str) -> User | None:
    """The person of a session that still holds; any other token is nobody's."""
    seen = find_session(db(), token, now())
    return User(token, seen.session_id, seen.account, actor_of(seen.account)) if seen else None


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
