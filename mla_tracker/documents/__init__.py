"""Letters, annexes, exhibits, translations: bytes that a court can rely on, and the custody of the real things."""
