"""`/admin/calendars`: days off and days worked, with what a change does before it is made."""
