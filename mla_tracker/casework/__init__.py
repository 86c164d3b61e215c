"""The act, where the packages below compose; bulk import and export; demonstration data."""
