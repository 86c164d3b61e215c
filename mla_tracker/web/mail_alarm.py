"""What supervisors and administrators are told on every page while reminders do not reach people."""

from flask import Flask
from flask_babel import gettext as _

from mla_tracker.accounts.permissions import Permission
from mla_tracker.reminders.queries import standing_still_since
from mla_tracker.web.context import db, now, permitted, services


def install_mail_alarm(app: Flask) -> None:
    """Give the templates `mail_alarm()`: heading and sentence of what is wrong, or None; read when a page shows it."""
    app.jinja_env.globals["mail_alarm"] = mail_alarm


def mail_alarm() -> tuple[str, str] | None:
    """The sweep stands still, or a production office has no mail server. None for whoever can do nothing about it."""
    if not (permitted(Permission.DASHBOARD_READ) or permitted(Permission.ADMIN_MAIL)):
        return None
    since = standing_still_since(db(), now())
    if since is not None:
        minutes = int(abs(now() - since).total_seconds()) // 60
        return (
            _("Reminders are not being sent."),
            _(
                "No sweep for %(minutes)s minutes: see whether the worker and the schedule run. Nothing is "
                "lost; what is due goes out when they do.",
                minutes=minutes,
            ),
        )
    if services().production and services().mail_folder:
        return (
            _("Reminders reach nobody."),
            _("No mail server is named in the settings: messages are kept in a folder until one is."),
        )
    return None
