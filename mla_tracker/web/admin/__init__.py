"""Administering people, codes and mail on screen."""

from mla_tracker.web.admin import people
from mla_tracker.web.admin.views import bp

__all__ = ["bp", "people"]
