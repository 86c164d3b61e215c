"""For machines: alive, ready, metrics."""
