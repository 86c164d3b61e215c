"""`/dashboard`: where the office is late, and why."""
