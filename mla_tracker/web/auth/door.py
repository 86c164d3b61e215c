"""The page to sign in: at its own address, and in place of a page whose form came after the session ended."""

from flask import render_template, url_for
from flask_babel import gettext as _

from mla_tracker.web.auth.forms import LoginForm


def login_page(form: LoginForm) -> str:
    """The page with the other ways in."""
    ways = [(_("Forgotten"), url_for("links.forgotten"))]
    return str(render_template("accounts/login.html", form=form, door=url_for("auth.login"), ways=ways))
