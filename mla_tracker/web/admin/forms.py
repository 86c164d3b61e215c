"""The forms of `/admin/people`."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.passwords import LONGEST
from mla_tracker.web.fields import SelectChoice
from mla_tracker.web.forms import BaseForm
from mla_tracker.web.role_words import ROLES

_ROLE_CHOICES = [SelectChoice(role.value, label) for role, label in ROLES.items()]


class PersonForm(BaseForm):
    email = EmailField(
        _l("E-mail address"), validators=[InputRequired(_l("Enter an e-mail address.")), Length(max=254)]
    )
    name = StringField(_l("Name"), validators=[InputRequired(_l("Enter the name.")), Length(max=120)])
    role = SelectField(_l("Role"), choices=_ROLE_CHOICES)
    password = PasswordField(
        _l("First password"),
        validators=[Length(max=LONGEST)],
        description=_l("Empty: an invitation goes to the address. Otherwise tell it in person"),
    )


class RoleForm(BaseForm):
    role = SelectField(_l("Role"), choices=_ROLE_CHOICES)


class GivenPasswordForm(BaseForm):
    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Enter a new password.")), Length(max=128)],
        description=_l("Tell it in person; it can be changed under “Account”"),
    )
