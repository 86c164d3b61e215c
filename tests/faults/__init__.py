"""The fault harness: the real schedule, broker, workers and database, and a mail server that misbehaves on purpose."""
