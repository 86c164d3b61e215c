"""Demonstration cases: invented, reproducible from a seed, with today as their anchor."""
