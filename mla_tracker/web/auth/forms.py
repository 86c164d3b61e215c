"""The forms to sign in and to prove again who one is."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.passwords import LONGEST
from mla_tracker.web.forms import BaseForm


class LoginForm(BaseForm):
    email = EmailField(
        _l("E-mail address"), validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=254)]
    )
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password.")), Length(max=128)])
    next = HiddenField()
    kept = HiddenField()


class ProofForm(BaseForm):
    """One of the three is sent: the code of an app or a recovery code, the password, or what a passkey signed. `wait`:
    seconds before the next attempt is looked at.
    """

    wait = 0

    code = StringField(
        _l("Code"),
        validators=[Length(max=60)],
        description=_l("Six digits of the app, or one of your recovery codes"),
    )
    password = PasswordField(_l("Password"), validators=[Length(max=128)])
    answer = HiddenField(validators=[Length(max=20_000)])
    next = HiddenField()
    kept = HiddenField()


class ForgottenForm(BaseForm):
    email = EmailField(
        _l("E-mail address"), validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=254)]
    )


class NewPasswordForm(BaseForm):
    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Enter a new password.")), Length(max=LONGEST)],
        description=_l("12 characters or more; a sentence of several words is easy to keep and hard to guess"),
    )
