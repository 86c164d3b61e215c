"""`/statistics`: how long it takes, honestly."""
