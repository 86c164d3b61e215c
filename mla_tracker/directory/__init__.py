"""States, central and competent authorities."""
