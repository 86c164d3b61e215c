"""The forms of `/account`."""

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from mla_tracker.accounts.passkeys import LONGEST_NAME
from mla_tracker.accounts.passwords import LONGEST
from mla_tracker.accounts.services import DENSITIES, THEMES, Preferences
from mla_tracker.web.context import services
from mla_tracker.web.fields import SelectChoice
from mla_tracker.web.filters import own_name
from mla_tracker.web.forms import BaseForm

_THEMES = {"system": _l("As the system"), "light": _l("Light"), "dark": _l("Dark")}
_DENSITIES = {"compact": _l("Compact"), "comfortable": _l("Comfortable")}
# Names without a place (offsets, abbreviations) and aliases kept for old programs are nobody's choice.
_NO_PLACE = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


class PasswordForm(BaseForm):
    present = PasswordField(_l("Present password"), validators=[InputRequired(_l("Enter your present password."))])
    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Enter a new password.")), Length(max=LONGEST)],
        description=_l("12 characters or more; a sentence of several words is easy to keep and hard to guess"),
    )


class PreferencesForm(BaseForm):
    language = SelectField(_l("Language of pages and mail"))
    time_zone = SelectField(_l("Time zone"), description=_l("For moments only: time limits run in the office's zone"))
    theme = SelectField(_l("Theme"), choices=[SelectChoice(one, _THEMES[one]) for one in THEMES])
    density = SelectField(_l("Rows"), choices=[SelectChoice(one, _DENSITIES[one]) for one in DENSITIES])
    shortcuts = BooleanField(_l("Single keys act, such as “/” for the search"))

    def offer(self) -> "PreferencesForm":
        """Fill in what this office has to choose from."""
        self.language.choices = [SelectChoice(tag, own_name(tag)) for tag in services().languages]
        office_zone = _l("As the office: %(zone)s", zone=str(services().office.zone))
        self.time_zone.choices = [SelectChoice("", office_zone), *(SelectChoice(zone, zone) for zone in _zones())]
        return self

    def to_domain(self) -> Preferences:
        return Preferences(
            language=self.language.data,
            time_zone=self.time_zone.data or "",
            theme=self.theme.data,
            density=self.density.data,
            shortcuts=bool(self.shortcuts.data),
        )


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_NO_PLACE))


class AppForm(BaseForm):
    code = StringField(
        _l("Code that the app shows"),
        validators=[InputRequired(_l("Enter the six digits of the app.")), Length(max=20)],
        description=_l("Six digits; they change every 30 seconds"),
    )
    sealed = HiddenField()


class PasskeyForm(BaseForm):
    name = StringField(
        _l("Name of the passkey"),
        validators=[
            InputRequired(_l("Give the passkey a name, such as that of the device.")),
            Length(max=LONGEST_NAME),
        ],
        description=_l("Such as “work laptop” or “key on the ring”"),
    )
    answer = HiddenField(validators=[Length(max=20_000)])
