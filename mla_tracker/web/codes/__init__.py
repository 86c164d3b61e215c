"""The code lists in the browser: read by those who keep them."""
