"""The form to sign in."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from mla_tracker.web.forms import BaseForm


class LoginForm(BaseForm):
    email = EmailField(
        _l("E-mail address"), validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password.")), Length(max=128)])
    next = HiddenField()
    kept = HiddenField()
