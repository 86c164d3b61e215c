"""The message of the act before, shown once on the next page."""

from flask import flash


def told(text: str) -> None:
    """Something was done."""
    flash(text, "ok")


def refused(text: str) -> None:
    """Something could not be done."""
    flash(text, "late")
