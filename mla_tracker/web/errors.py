"""Every error as a page: a number to quote, no trace, and the same answer for what does not exist and what is
hidden.
"""

import math
import secrets
from contextlib import suppress
from typing import Any

import structlog
from flask import Flask, g, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from mla_tracker.core.errors import Conflict, DomainError, NotPermitted, NotVisible
from mla_tracker.web.context import AWAY_SECONDS, now
from mla_tracker.web.extensions import limiter

_log = structlog.get_logger(__name__)


def install_errors(app: Flask) -> None:
    """Answer domain errors, HTTP errors and everything else with a page of their own."""
    app.register_error_handler(NotVisible, lambda _problem: error_page(404))
    app.register_error_handler(NotPermitted, lambda problem: error_page(403, problem.message))
    app.register_error_handler(Conflict, lambda problem: error_page(409, problem.message))
    app.register_error_handler(DomainError, lambda problem: error_page(422, problem.message))
    app.register_error_handler(CSRFError, lambda _problem: error_page(400, _("The form had grown old. Open it again.")))
    app.register_error_handler(DataError, _impossible)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _away)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, message: str = "") -> tuple[str, int]:
    """The page of an error, with a number that stands in the log too."""
    number = secrets.token_hex(4).upper()
    _log.info("error page", status=status, number=number)
    return render_template("errors/error.html", status=status, message=message, reference=number), status


def _http(problem: Any) -> Any:
    if problem.code is None or problem.code < 400:
        return problem.get_response()
    body, status = error_page(problem.code)
    response = problem.get_response()
    response.set_data(body)
    response.content_type = "text/html; charset=utf-8"
    if status == 429 and (limit := limiter.current_limit) is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(limit.reset_at - now().timestamp())))
    return response, status


def _impossible(problem: DataError) -> tuple[str, int]:
    """A value that no column can hold: a number beyond all ids, a NUL in a text. Nobody types such a thing."""
    _roll_back()
    _log.warning("impossible value", kind=type(problem.orig).__name__)
    return error_page(400, _("The address or the form holds a value that cannot be."))


def _away(problem: Exception) -> tuple[str, int, dict[str, str]]:
    """The database does not answer, or not in time. The page is made without it: nobody counts as signed in."""
    g.store_away = True
    _roll_back()
    _log.error("database away", kind=type(problem).__name__, exc_info=problem)
    return *error_page(503), {"Retry-After": str(AWAY_SECONDS)}


def _unexpected(problem: Exception) -> tuple[str, int]:
    _roll_back()
    _log.error("unexpected error", kind=type(problem).__name__, exc_info=problem)
    return error_page(500)


def _roll_back() -> None:
    """Undo what the page did. The session is closed, not only rolled back: the person read from it stays readable."""
    session = g.get("db")
    if session is not None:
        with suppress(SQLAlchemyError):
            session.close()
