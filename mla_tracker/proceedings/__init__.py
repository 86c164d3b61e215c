"""Proceedings: what follows a request, or stands beside it, and is none."""
