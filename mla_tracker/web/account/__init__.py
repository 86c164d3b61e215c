"""The reader's own account: sessions, password."""
