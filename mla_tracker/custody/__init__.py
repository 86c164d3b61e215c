"""Custody, court stages and surrender in an extradition."""
