"""The pages: the only code that knows Flask."""
