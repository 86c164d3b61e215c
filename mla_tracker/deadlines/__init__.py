"""Working calendars, due dates, pauses, extensions, and why a date is the date."""
