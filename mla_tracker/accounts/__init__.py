"""People of the office: accounts, roles, permissions, sessions, and who may see which case."""
