"""The base of all forms: with a token against forgery, and able to take what a rule says."""

from typing import Any

from flask_wtf import FlaskForm

from mla_tracker.core.errors import DomainError, Invalid


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form checks shape; what a service refuses is shown beside the field that it names."""

    def take(self, problem: DomainError) -> None:
        """Show a broken rule: beside its field, or on top where the form has no such field."""
        found = problem.errors if isinstance(problem, Invalid) else {problem.field or "": problem.message}
        for name, message in found.items():
            field: Any = self._fields.get(name)
            if field is None or field.type in ("FieldList", "FormField", "HiddenField"):
                self.form_errors.append(message)
            else:
                field.errors = [*field.errors, message]


def seen_version(field: Any) -> int:
    """The version that a form was made against; one that was tampered with is none that there ever was."""
    text = str(field.data or "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1
