"""Requests on screen: list, registration, the page of a case, its acts, changes to its file."""

from mla_tracker.web.cases import acts, changing, course, emergency, file_export, registering, saved, together, work
from mla_tracker.web.cases.views import bp

__all__ = ["acts", "bp", "changing", "course", "emergency", "file_export", "registering", "saved", "together", "work"]
