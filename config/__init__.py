"""Settings and logging: read once, by the entry points only."""
