"""The web application: everything wired together, nothing decided."""

from flask import Flask

from config.settings import Settings
from mla_tracker.accounts.passkeys import Place
from mla_tracker.audit.services import AccessLog
from mla_tracker.core.folders import TEMPLATES
from mla_tracker.office_from_settings import open_office, open_vault, seals
from mla_tracker.web import assets, preferences
from mla_tracker.web.access import check_declared
from mla_tracker.web.account.factors import bp as factors
from mla_tracker.web.account.own_preferences import remember
from mla_tracker.web.account.views import bp as account
from mla_tracker.web.admin import bp as admin
from mla_tracker.web.audit.views import bp as audit
from mla_tracker.web.auth.confirming import bp as confirming
from mla_tracker.web.auth.links import bp as links
from mla_tracker.web.auth.views import bp as auth
from mla_tracker.web.calendars.views import bp as calendars
from mla_tracker.web.cases import bp as cases
from mla_tracker.web.codes.views import bp as codes
from mla_tracker.web.context import Services, current_actor, install_context
from mla_tracker.web.dashboard.views import bp as dashboard
from mla_tracker.web.deadlines.views import bp as deadlines
from mla_tracker.web.directory.views import bp as directory
from mla_tracker.web.documents import bp as documents
from mla_tracker.web.documents_admin import bp as documents_admin
from mla_tracker.web.errors import install_errors
from mla_tracker.web.extensions import install_extensions
from mla_tracker.web.headers import install_headers
from mla_tracker.web.health.views import bp as health
from mla_tracker.web.limits.views import bp as limits
from mla_tracker.web.look import install_look
from mla_tracker.web.mail_admin import bp as mail_admin
from mla_tracker.web.mail_alarm import install_mail_alarm
from mla_tracker.web.proceedings.views import bp as proceedings
from mla_tracker.web.proxies import TrustedProxies
from mla_tracker.web.references import CaseReference
from mla_tracker.web.reminders.calendar import bp as calendar
from mla_tracker.web.reminders.ladders import bp as ladders
from mla_tracker.web.reminders.views import bp as reminders
from mla_tracker.web.reminders.wishes import bp as reminder_wishes
from mla_tracker.web.reports.views import bp as reports
from mla_tracker.web.statistics.views import bp as statistics
from mla_tracker.web.work.views import bp as work
from worker.queue import QueueByName

LARGEST_FORM = 4 * 1024 * 1024
OFFICE_NAME = "Central Authority"


def create_app(settings: Settings) -> Flask:
    """The application for these settings; made anew in each process that serves pages."""
    app = Flask("mla_tracker", template_folder=str(TEMPLATES), static_folder=None)
    app.secret_key = settings.secret_key.get_secret_value()
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "mla_session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,
        SECRET_KEY_FALLBACKS=[one.get_secret_value() for one in settings.former_secret_keys],
    )
    office = open_office(settings, pool_size=settings.web_threads)
    app.url_map.converters["case_ref"] = CaseReference
    install_context(
        app,
        Services(
            office=office,
            vault=open_vault(settings),
            malware_scanner=settings.clamd_url is not None,
            jobs=QueueByName(settings.broker_url),
            access_log=AccessLog(office.sessions, office.audit_key),
            office_name=OFFICE_NAME,
            languages=settings.languages,
            production=settings.production,
            secure=settings.secure,
            mail_folder=settings.mail_url.removeprefix("file:") if settings.mail_url.startswith("file:") else "",
            redis_url=settings.store_url,
            chart_folder=str(settings.var_dir / "cache" / "charts"),
            metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
            seals=seals(settings),
            place=Place(settings.base_url, OFFICE_NAME),
            second_factor=settings.production,
        ),
    )
    install_extensions(app, languages=settings.languages, limits_url=settings.limits_url, zone=settings.timezone)
    install_look(
        app,
        assets.ready(settings.var_dir / "static"),
        actor=lambda: current_actor() if current_actor().account_id is not None else None,
        office=lambda: (OFFICE_NAME, ""),
        languages=settings.languages,
    )
    install_mail_alarm(app)
    install_errors(app)
    install_headers(app, secure=settings.secure)
    _register(app, settings)
    with app.app_context():
        preferences.configure(settings.languages, remember)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    check_declared(app)
    return app


def _register(app: Flask, settings: Settings) -> None:
    for blueprint in (
        auth,
        confirming,
        links,
        account,
        factors,
        admin,
        health,
        work,
        deadlines,
        calendars,
        limits,
        dashboard,
        statistics,
        reports,
        cases,
        proceedings,
        documents,
        documents_admin,
        directory,
        codes,
        audit,
        mail_admin,
        reminders,
        reminder_wishes,
        ladders,
        calendar,
        preferences.bp,
    ):
        app.register_blueprint(blueprint)
    if not settings.production:
        from mla_tracker.web.dev import install_dev

        install_dev(app)
