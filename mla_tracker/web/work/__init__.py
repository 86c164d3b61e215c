"""The first page of the day and the deadlines of the office."""
