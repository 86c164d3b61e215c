"""Refusal, postponement and the grounds relied on."""
