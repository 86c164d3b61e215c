"""The private PostgreSQL and the private broker, and the process group of one command."""
