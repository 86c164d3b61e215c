"""`/healthz`, `/readyz`, `/metrics`."""

import hmac
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mla_tracker.core.heartbeat import SCHEDULE, last_beat
from mla_tracker.reminders.sending import STALE_AFTER, SWEEP
from mla_tracker.web.access import public
from mla_tracker.web.context import client_address, db, now, services
from mla_tracker.web.errors import error_page
from mla_tracker.web.proxies import FORWARDED

bp = Blueprint("health", __name__)

STALE: Final = timedelta(seconds=100)
"""The schedule beats every ten seconds: a stop shows within two minutes."""
_LOCAL: Final = frozenset({"127.0.0.1", "::1", ""})


@bp.get("/healthz")
@public
def alive() -> Any:
    """This process answers."""
    return jsonify({"alive": True})


@bp.get("/readyz")
@public
def ready() -> Any:
    """Database, broker, the heartbeat of the schedule and the sweep of the reminders; 503 when one is not well."""
    found = {
        "database": _database(),
        "broker": _broker(),
        "schedule": _alive(SCHEDULE, STALE),
        "reminders": _alive(SWEEP, STALE_AFTER),
    }
    return jsonify({"ready": all(found.values()), **found}), 200 if all(found.values()) else 503


@bp.get("/metrics")
@public
def metrics() -> Any:
    """For Prometheus: from this machine, or with the token of the settings as `Authorization: Bearer …`."""
    if not _from_here() and not _shows_token():
        return error_page(404)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _from_here() -> bool:
    """Whether it was asked on this machine itself; what a proxy passes on was not, whatever its address says."""
    return client_address() in _LOCAL and not request.environ.get(FORWARDED)


def _shows_token() -> bool:
    token = services().metrics_token
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())


def _database() -> bool:
    try:
        db().execute(text("select 1"))
    except SQLAlchemyError:
        return False
    return True


def _broker() -> bool:
    try:
        with Redis.from_url(services().redis_url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _alive(name: str, stale: timedelta) -> bool:
    try:
        beat = last_beat(db(), name)
    except SQLAlchemyError:
        return False
    return beat is not None and abs(now() - beat) < stale
