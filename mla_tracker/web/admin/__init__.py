"""Administration in the browser: people."""
