"""Dated rounds with the other side: additional information, consultations, inquiries."""
