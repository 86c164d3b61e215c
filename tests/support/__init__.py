"""What the tests stand on: databases made from a template, a mail server that only listens."""
