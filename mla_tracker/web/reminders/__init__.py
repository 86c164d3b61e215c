"""Reminders on pages: acknowledging one, who gets what on a day, how a person wants to be told, his calendar."""
