"""Requests on screen: list, registration, the page of a case, its acts, changes to its file."""
