"""Proceedings on screen."""

from mla_tracker.web.proceedings.views import bp

__all__ = ["bp"]
