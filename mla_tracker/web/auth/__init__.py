"""Signing in and out, and proving again who one is."""
