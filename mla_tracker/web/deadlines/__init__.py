"""Deadlines: why a date is the date, what people do to it, and the calculator."""
