"""The request itself: registration, items, persons, life cycle, events."""
