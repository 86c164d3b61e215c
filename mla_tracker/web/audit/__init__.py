"""The trail in the browser, for those who may read it."""
