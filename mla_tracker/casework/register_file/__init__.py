"""The register as a file: one format out and in, and the way in for registers that an office kept elsewhere."""
