"""States and their authorities in the browser."""
